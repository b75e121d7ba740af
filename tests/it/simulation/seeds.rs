//! Many worlds, two at a time, each checked.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tunewright_tests::chaos::checker::{Ending, Violation, check};

use super::ending;
use super::world::{Outcome, live};

const THREADS: usize = 2;

/// What happened in all worlds together.
#[derive(Debug, Default)]
pub struct Tally {
    pub seeds: Range<u64>,
    pub virtual_time: Duration,
    pub wall_time: Duration,
    pub requests: usize,
    pub trials: usize,
    pub faults: BTreeMap<&'static str, usize>,
    /// The worlds in which something was wrong, and what.
    pub failed: BTreeMap<u64, String>,
}

impl Tally {
    pub fn injected(&self) -> usize {
        self.faults.values().sum()
    }

    fn add(&mut self, world: &Outcome, ending: &Ending) {
        self.virtual_time += world.elapsed;
        self.requests += world.entries.len();
        self.trials += ending.values().map(|study| study.trials.len()).sum::<usize>();
        for fault in &world.faults {
            *self.faults.entry(fault).or_default() += 1;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (seed, wrong) in &self.failed {
            writeln!(f, "seed {seed}: {wrong}\nseen again with `make simulate FROM={seed} SEEDS=1`")?;
        }
        let (hours, wall) = (self.virtual_time.as_secs_f64() / 3600.0, self.wall_time);
        writeln!(
            f,
            "seeds {} to {}: {hours:.1} virtual hours in {wall:.1?}",
            self.seeds.start,
            self.seeds.end - 1
        )?;
        writeln!(f, "{} trials, {} requests, {} faults:", self.trials, self.requests, self.injected())?;
        for (fault, times) in &self.faults {
            writeln!(f, "  {times:6} {fault}")?;
        }
        write!(f, "{} worlds with a broken promise", self.failed.len())
    }
}

/// Lives through the world of every seed.
pub fn live_through(seeds: Range<u64>) -> Tally {
    let began = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let tally = Mutex::new(Tally { seeds: seeds.clone(), ..Tally::default() });
    let worker = || {
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= seeds.end {
                return;
            }
            let lived = guarded(|| live(seed));
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            match lived {
                Ok(world) => {
                    let ending = stored(&world);
                    tally.add(&world, &ending);
                    if let Some(wrong) = wrong(&world, &ending) {
                        tally.failed.insert(seed, wrong);
                    }
                }
                Err(wrong) => {
                    tally.failed.insert(seed, wrong);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(worker);
        }
    });
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    Tally { wall_time: began.elapsed(), ..tally }
}

/// What is wrong with a world.
pub fn wrong(world: &Outcome, ending: &Ending) -> Option<String> {
    let mut lines = Vec::new();
    if !world.has_ended {
        lines.push(format!("a client still waits, {:?} after the world began", world.elapsed));
    }
    for violation in violations(world, ending) {
        lines.push(violation.to_string());
        lines.extend(violation.evidence(&world.entries).iter().map(|entry| format!("  {entry}")));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

pub fn violations(world: &Outcome, ending: &Ending) -> Vec<Violation> {
    check(&world.entries, ending, world.lease)
}

/// What is stored in the end.
pub fn stored(world: &Outcome) -> Ending {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(ending::read(&*world.storage))
}

thread_local! {
    /// The first panic of this thread, also of a task that nobody waits for.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Whatever goes wrong in there, whoever it befalls.
fn guarded<T>(run: impl FnOnce() -> turmoil::Result<T>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANIC.with_borrow_mut(|first| {
                first.get_or_insert_with(|| panic.to_string());
            });
            others(panic);
        }));
    });
    PANIC.set(None);
    let ran = catch_unwind(AssertUnwindSafe(run));
    match (PANIC.take(), ran) {
        (Some(panic), _) => Err(panic),
        (None, Ok(ran)) => ran.map_err(|error| error.to_string()),
        (None, Err(_)) => Err("it panicked".to_owned()),
    }
}

#[test]
fn a_panic_of_a_task_that_nobody_waits_for_is_noticed() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let wrong = guarded(|| {
        runtime.block_on(async {
            let _ = tokio::spawn(async { panic!("unheard of") }).await;
        });
        Ok(())
    });
    assert!(wrong.is_err_and(|wrong| wrong.contains("unheard of")));
}
