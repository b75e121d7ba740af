//! One simulated world: a server over a store that outlives it, clients, workers, and a network.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use tunewright_server::portless;
use tunewright_server::storage::{MemoryStorage, Storage};
use tunewright_tests::chaos::dice::Dice;
use tunewright_tests::chaos::history::{Entry, History};
use tunewright_tests::chaos::lane::Lane;
use turmoil::{Builder, Sim};

use super::askers::Askers;
use super::nemesis::Nemesis;
use super::network::{self, SERVER};
use super::workers::{POOL, Workers};

/// How fine time is.
const TICK: Duration = Duration::from_millis(100);
/// The wall clock as the world begins.
const EPOCH: Duration = Duration::from_secs(2_000_000_000);
/// For how long the world is hurt.
const HURT: Duration = Duration::from_secs(600);
/// Once it is healed everything has to end in this time.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// What came of a world.
pub struct Outcome {
    pub entries: Vec<Entry>,
    pub storage: Arc<dyn Storage>,
    pub lease: Duration,
    pub elapsed: Duration,
    pub faults: Vec<&'static str>,
    /// Whether every client ended by itself, and the last study of the workers did.
    pub has_ended: bool,
}

/// Lives through one world.
///
/// # Errors
/// If the world itself fails: somebody in it panicked, or the server could not start.
pub fn live(seed: u64) -> turmoil::Result<Outcome> {
    let mut dice = Dice::of(seed, "world");
    let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::new());
    let history = Arc::new(History::timed(Box::new(|| turmoil::sim_elapsed().unwrap_or_default())));
    let lease = Duration::from_secs(dice.between(15, 90));
    let lane = Lane::new("simulated", seed, dice.between(5, 30), "nobody").with_lease(lease);
    let lane = Arc::new(lane);
    let worked = Lane::new("worked", seed, dice.between(5, 30), POOL).with_lease(lease);
    let worked = Arc::new(worked);
    let mut sim = Builder::new()
        .epoch(UNIX_EPOCH + EPOCH)
        .rng_seed(seed)
        .tick_duration(TICK)
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(Duration::from_millis(500))
        .simulation_duration(HURT + PATIENCE)
        .build();
    start_server(&mut sim, seed, &storage);
    let askers = Askers {
        seed,
        count: dice.between(2, 5),
        lane: Arc::clone(&lane),
        history: Arc::clone(&history),
        losses: Arc::default(),
        working: Arc::default(),
    };
    askers.start(&mut sim);
    let workers = Workers {
        seed,
        count: dice.between(1, 3),
        lane: Arc::clone(&worked),
        history: Arc::clone(&history),
        losses: Arc::clone(&askers.losses),
        working: Arc::clone(&askers.working),
    };
    workers.start(&mut sim);
    let mut nemesis = Nemesis::new(seed, [askers.names(), workers.names()].concat());
    while sim.elapsed() < HURT {
        nemesis.strike(&mut sim)?;
    }
    lane.enough();
    worked.enough();
    let deadline = sim.elapsed() + PATIENCE;
    while askers.working() > 0 && sim.elapsed() < deadline {
        sim.step()?;
    }
    let (entries, elapsed, faults) = (history.entries(), sim.elapsed(), nemesis.faults());
    Ok(Outcome { entries, storage, lease, elapsed, faults, has_ended: askers.working() == 0 })
}

/// Lets the world go on for so long.
pub fn run_for(sim: &mut Sim<'_>, length: Duration) -> turmoil::Result {
    let end = sim.elapsed() + length;
    while sim.elapsed() < end {
        sim.step()?;
    }
    Ok(())
}

/// The server, whose wall clock is another one's each time it starts.
fn start_server(sim: &mut Sim<'_>, seed: u64, storage: &Arc<dyn Storage>) {
    const WRONG_MAX_S: u64 = 7_200;
    let storage = Arc::clone(storage);
    let starts = AtomicU64::new(0);
    sim.host(SERVER, move || {
        let storage = Arc::clone(&storage);
        let start = starts.fetch_add(1, Ordering::SeqCst);
        async move {
            let wrong = Dice::of(seed, &format!("clock-{start}")).between(0, 2 * WRONG_MAX_S);
            let since_epoch = turmoil::since_epoch().unwrap_or_default();
            let wall = since_epoch + Duration::from_secs(wrong) - Duration::from_secs(WRONG_MAX_S);
            let routes = portless(storage, UNIX_EPOCH + wall).await?;
            network::serve(routes).await?;
            Ok(())
        }
    });
}
