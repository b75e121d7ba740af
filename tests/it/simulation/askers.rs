//! The clients of a simulated world: those of the fault suite, each on a host of its own, where it can die.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tunewright_tests::chaos::asker::Asker;
use tunewright_tests::chaos::caller::Caller;
use tunewright_tests::chaos::dice::Dice;
use tunewright_tests::chaos::history::History;
use tunewright_tests::chaos::lane::Lane;
use turmoil::Sim;

use super::network;

const PAUSE_MS: (u64, u64) = (500, 5_000);
/// So many asks no life of a client makes.
const ASKS_OF_A_LIFE: u64 = 10_000_000;

/// All clients that ask and tell.
pub struct Askers {
    pub seed: u64,
    pub count: u64,
    pub lane: Arc<Lane>,
    pub history: Arc<History>,
    pub losses: Arc<AtomicU64>,
    /// How many have not come to their end.
    pub working: Arc<AtomicUsize>,
}

impl Askers {
    pub fn names(&self) -> Vec<String> {
        (0..self.count).map(|number| format!("asker-{number}")).collect()
    }

    pub fn working(&self) -> usize {
        self.working.load(Ordering::SeqCst)
    }

    /// Lets each begin; whoever dies begins again, and wants its trials back.
    pub fn start(&self, sim: &mut Sim<'_>) {
        for name in self.names() {
            let life = AtomicU64::new(0);
            let (seed, lane, losses) = (self.seed, Arc::clone(&self.lane), Arc::clone(&self.losses));
            let (history, working) = (Arc::clone(&self.history), Arc::clone(&self.working));
            // Long enough to race and short enough to be evaluated while a lease lives.
            let lease_ms = u64::try_from(lane.lease().as_millis()).expect("short");
            let evaluation_ms = (500, lease_ms * 2 / 3);
            working.fetch_add(1, Ordering::SeqCst);
            sim.host(name.clone(), move || {
                let life = life.fetch_add(1, Ordering::SeqCst);
                let caller = |client: String| Caller::over(network::channel(), client, Arc::clone(&history));
                let asker = Asker {
                    caller: caller(name.clone()),
                    other: caller(format!("other-{name}")),
                    lane: Arc::clone(&lane),
                    dice: Dice::of(seed, &format!("{name}-{life}")),
                    losses: Arc::clone(&losses),
                    asks: life * ASKS_OF_A_LIFE,
                    name: name.clone(),
                    evaluation_ms,
                    pause_ms: PAUSE_MS,
                    is_restarted: life > 0,
                };
                let working = Arc::clone(&working);
                async move {
                    asker.run().await;
                    working.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                }
            });
        }
    }
}
