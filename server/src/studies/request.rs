//! What a study's mailbox takes.

use tokio::sync::oneshot;
use tunewright_core::study::{
    Command, Counts, EndCause, Header, Lessee, Objective, Reply, Study, Trial, Version, Waiting,
};
use tunewright_core::{Refusal, Timestamp};

pub(super) type Answer<T> = oneshot::Sender<Result<T, Refusal>>;

/// What a study's mailbox takes.
pub(super) enum Request {
    Command {
        command: Command,
        answer: Answer<Reply>,
    },
    Ask {
        ask: Ask,
        answer: Answer<Asked>,
    },
    /// Ends an attempt, then leases from the state that leaves, both in one commit. A refused end leases nothing.
    TellAndAsk {
        command: Command,
        ask: Ask,
        answer: Answer<(Reply, Result<Asked, Refusal>)>,
    },
    /// Looks at the state after the commit of the drain it came in. `Err` tells why there is no state.
    Read(ReadFn),
}

pub(super) type ReadFn = Box<dyn FnOnce(Result<&Study, Refusal>) + Send>;

/// A wish for trials.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) lessee: Lessee,
    /// Makes the ask idempotent.
    pub(crate) request_id: Option<String>,
    pub(crate) count: u32,
    /// Give the lessee's own running trials first.
    pub(crate) reclaim: bool,
}

/// What an ask came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) trials: Vec<Trial>,
    /// What evaluates them.
    pub(crate) objective: Option<Objective>,
    /// The study will lease nothing more.
    pub(crate) ended: Option<EndCause>,
    /// Why there are fewer than asked for, and when there may be more.
    pub(crate) waiting: Option<(Waiting, Option<Timestamp>)>,
}

/// A study as reads show it, without its trials.
#[derive(Clone, Debug)]
pub(crate) struct StudyView {
    pub(crate) header: Header,
    pub(crate) version: Version,
    pub(crate) counts: Counts,
    pub(crate) best: Option<(u64, f64)>,
}

impl StudyView {
    pub(super) fn of(study: &Study) -> Self {
        let best = study.best().and_then(|trial| Some((trial.number.0, trial.outcome.as_ref()?.loss?)));
        Self { header: study.header().clone(), version: study.version(), counts: study.counts(), best }
    }
}
