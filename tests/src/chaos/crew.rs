//! All clients of a run that ask and tell, and their lives.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

use super::asker::Asker;
use super::caller::{Caller, until_known};
use super::dice::Dice;
use super::history::History;
use super::lane::Lane;

/// Clients on each lane.
const ON_A_LANE: usize = 3;
/// How long evaluating a trial takes, at least and at most: short, so that much happens.
const EVALUATION_MS: (u64, u64) = (1, 12);
/// How long a client waits before it asks again where there is nothing to do.
const PAUSE_MS: (u64, u64) = (20, 60);
/// How often it is looked whether a study of the workers has ended.
const LOOK: Duration = Duration::from_millis(100);
/// So many asks no life of a client makes.
const ASKS_OF_A_LIFE: u64 = 10_000_000;

/// All clients of a run that ask and tell.
#[derive(Debug)]
pub struct Crew {
    seed: u64,
    history: Arc<History>,
    losses: Arc<AtomicU64>,
    runtime: Handle,
    slots: Vec<Slot>,
    following: Option<JoinHandle<()>>,
}

/// A client, over all its lives.
#[derive(Debug)]
struct Slot {
    name: String,
    lane: Arc<Lane>,
    link: SocketAddr,
    other_link: SocketAddr,
    life: u64,
    task: JoinHandle<()>,
}

impl Crew {
    /// Starts all of them: some over each link. `workers_lane`: the studies of the real workers, if there are any, which
    /// are only begun and followed here.
    #[must_use]
    pub fn start(
        seed: u64,
        lanes: &[Arc<Lane>],
        workers_lane: Option<Arc<Lane>>,
        links: &[SocketAddr],
        history: Arc<History>,
    ) -> Self {
        let runtime = Handle::current();
        let follower = Caller::new("follower".to_owned(), links[0], Arc::clone(&history));
        let following = workers_lane.map(|lane| runtime.spawn(follow(lane, follower, LOOK)));
        let mut crew = Self { seed, history, losses: Arc::default(), runtime, slots: Vec::new(), following };
        for (at, lane) in lanes.iter().enumerate() {
            for member in 0..ON_A_LANE {
                let name = format!("asker-{at}-{member}");
                let link = links[(at + member) % links.len()];
                let other_link = links[(at + member + 1) % links.len()];
                let task = crew.spawn(&name, lane, link, other_link, 0);
                crew.slots.push(Slot { name, lane: Arc::clone(lane), link, other_link, life: 0, task });
            }
        }
        crew
    }

    fn spawn(
        &self,
        name: &str,
        lane: &Arc<Lane>,
        link: SocketAddr,
        other_link: SocketAddr,
        life: u64,
    ) -> JoinHandle<()> {
        let asker = Asker {
            caller: Caller::new(name.to_owned(), link, Arc::clone(&self.history)),
            other: Caller::new(format!("other-{name}"), other_link, Arc::clone(&self.history)),
            lane: Arc::clone(lane),
            dice: Dice::of(self.seed, &format!("{name}/{life}")),
            losses: Arc::clone(&self.losses),
            asks: life * ASKS_OF_A_LIFE,
            name: name.to_owned(),
            evaluation_ms: EVALUATION_MS,
            pause_ms: PAUSE_MS,
            is_restarted: life > 0,
        };
        self.runtime.spawn(asker.run())
    }

    /// One of them is gone in the middle of what it does.
    pub fn kill(&mut self, draw: u64) {
        let at = self.chosen(draw);
        self.slots[at].task.abort();
    }

    /// The one of the same draw comes back under the same name.
    pub fn revive(&mut self, draw: u64) {
        let at = self.chosen(draw);
        self.slots[at].life += 1;
        let Slot { name, lane, link, other_link, life, .. } = &self.slots[at];
        let task = self.spawn(name, lane, *link, *other_link, *life);
        self.slots[at].task = task;
    }

    fn chosen(&self, draw: u64) -> usize {
        usize::try_from(draw % self.slots.len() as u64).unwrap_or(0)
    }

    /// Waits until all have ended by themselves; whoever has not by then is aborted, and the answer is how many.
    pub async fn end(&mut self, patience: Duration) -> usize {
        let deadline = Instant::now() + patience;
        let mut stuck = 0;
        let tasks = self.slots.iter_mut().map(|slot| &mut slot.task).chain(self.following.as_mut());
        for task in tasks {
            if timeout_at(deadline, &mut *task).await.is_err() {
                task.abort();
                stuck += 1;
            }
        }
        stuck
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for task in self.slots.iter().map(|slot| &slot.task).chain(&self.following) {
            task.abort();
        }
    }
}

/// Begins the studies of a lane that others evaluate, each when the one before has ended, for which it looks so often.
pub async fn follow(lane: Arc<Lane>, caller: Caller, every: Duration) {
    while let Some(at) = lane.current() {
        let study = lane.study(at);
        until_known(|| caller.create(&study, lane.spec(at))).await;
        while !caller.has_ended(&study).await {
            sleep(every).await;
        }
        lane.ended(at);
    }
}
