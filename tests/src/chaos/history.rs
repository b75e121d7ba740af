//! What every client asked and was told, and when.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tunewright_core::Code;
use tunewright_core::study::TrialState;

/// One attempt, as its lessee knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    pub trial: u64,
    pub attempt: u32,
    pub lease: String,
}

/// How an attempt is said to have ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    Complete(f64),
    Prune(f64),
    Fail,
    Release,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    Create,
    Ask { request_id: String, reclaim: bool },
    Tell { held: Held, verdict: Verdict },
    Cancel { trial: u64 },
    Look { trial: u64 },
}

/// What was heard.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Whether it is new.
    Created(bool),
    Leased(Vec<Held>),
    /// The study leases nothing more.
    Ended,
    Told {
        duplicate: bool,
        late: bool,
        requeued: bool,
    },
    Cancelled,
    Seen {
        state: TrialState,
        loss: Option<f64>,
    },
    /// It has changed nothing, and why.
    Refused(Code),
    /// Nobody answered, or somebody who does not know: it may have happened, or happen yet.
    Unknown,
}

/// One request and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub client: String,
    pub study: String,
    pub op: Op,
    /// Since the history began, by the test's own monotonic clock.
    pub invoked: Duration,
    /// None if whoever asked was gone before an answer came.
    pub answered: Option<(Duration, Outcome)>,
}

impl Entry {
    /// The answer, unless it is unknown.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        self.answered.as_ref().map_or(&Outcome::Unknown, |(_, outcome)| outcome)
    }

    /// Whether it speaks of this trial.
    #[must_use]
    pub fn concerns(&self, number: u64) -> bool {
        match (&self.op, self.outcome()) {
            (Op::Ask { .. }, Outcome::Leased(leased)) => leased.iter().any(|held| held.trial == number),
            (Op::Ask { .. } | Op::Create, _) => false,
            (Op::Tell { held, .. }, _) => held.trial == number,
            (Op::Cancel { trial } | Op::Look { trial }, _) => *trial == number,
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, study, op, invoked, answered } = self;
        write!(f, "{:10.3} s  {study} {client}: {op:?}", invoked.as_secs_f64())?;
        match answered {
            Some((at, outcome)) => write!(f, " -> {:.3} s {outcome:?}", at.as_secs_f64()),
            None => f.write_str(" -> never answered"),
        }
    }
}

/// Tells how long a run has lasted.
pub type Stopwatch = Box<dyn Fn() -> Duration + Send + Sync>;

/// Everything that all clients of a run asked and heard.
pub struct History {
    stopwatch: Stopwatch,
    entries: Mutex<Vec<Entry>>,
    /// Results that were acknowledged, repetitions not counted.
    results: AtomicUsize,
}

impl Default for History {
    fn default() -> Self {
        let began = Instant::now();
        Self::timed(Box::new(move || began.elapsed()))
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("requests", &self.requests()).finish_non_exhaustive()
    }
}

impl History {
    /// A history whose time is told by this.
    #[must_use]
    pub fn timed(stopwatch: Stopwatch) -> Self {
        Self { stopwatch, entries: Mutex::default(), results: AtomicUsize::new(0) }
    }

    /// Notes a request before it is sent; answers with its place, for [`History::answer`].
    pub fn invoke(&self, client: &str, study: &str, op: Op) -> usize {
        let invoked = (self.stopwatch)();
        let entry = Entry { client: client.to_owned(), study: study.to_owned(), op, invoked, answered: None };
        let mut entries = self.lock();
        entries.push(entry);
        entries.len() - 1
    }

    pub fn answer(&self, place: usize, outcome: Outcome) {
        let at = (self.stopwatch)();
        if matches!(outcome, Outcome::Told { duplicate: false, requeued: false, .. }) {
            self.results.fetch_add(1, Ordering::SeqCst);
        }
        if let Some(entry) = self.lock().get_mut(place) {
            entry.answered = Some((at, outcome));
        }
    }

    /// All of it, in the order of the requests.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// How many requests were sent.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.lock().len()
    }

    /// How many trials were ended by an answer that somebody heard.
    #[must_use]
    pub fn results(&self) -> usize {
        self.results.load(Ordering::SeqCst)
    }

    #[must_use]
    pub fn elapsed(&self) -> Duration {
        (self.stopwatch)()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        // Whole after every step, also of a thread that panicked.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
