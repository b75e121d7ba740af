//! The state of a study in memory.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Change, Command, Effect, Header, Next, Reply, Trial, TrialNumber, TrialState, Version};
use crate::{Refusal, Timestamp};

/// A study: its documents and what is derived from them.
#[derive(Clone, Debug)]
pub struct Study {
    header: Header,
    version: Version,
    trials: BTreeMap<TrialNumber, Trial>,
}

/// What a command comes to: changes to store and apply, and the answer to give then.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub changes: Vec<Change>,
    pub reply: Reply,
}

/// How many trials are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub queued: u64,
    pub running: u64,
    pub completed: u64,
    pub failed: u64,
    pub pruned: u64,
    pub cancelled: u64,
}

impl Study {
    /// A study from its documents. Every live lease gets one fresh full period from `now`.
    #[must_use]
    pub fn load(_header: Header, _version: Version, _trials: Vec<Trial>, _now: Timestamp) -> Self {
        todo!()
    }

    /// What the command comes to; changes nothing.
    ///
    /// # Errors
    /// A refusal if the command is wrong or comes at the wrong time.
    pub fn decide(&self, _command: &Command, _now: Timestamp) -> Result<Decision, Refusal> {
        todo!()
    }

    /// Folds one change in and names what the outside has to do once it is stored.
    pub fn apply(&mut self, _change: &Change) -> Vec<Effect> {
        todo!()
    }

    /// All changes applied so far are stored, as this version.
    pub fn committed(&mut self, version: Version) {
        self.version = version;
    }

    /// What would be leased next.
    #[must_use]
    pub fn next(&self, _now: Timestamp) -> Next {
        todo!()
    }

    /// When [`Command::Tick`] has something to do, at the earliest.
    #[must_use]
    pub fn next_timer(&self) -> Option<Timestamp> {
        todo!()
    }

    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The version of the last commit.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    #[must_use]
    pub fn trial(&self, number: TrialNumber) -> Option<&Trial> {
        self.trials.get(&number)
    }

    /// All trials in the order of their numbers.
    pub fn trials(&self) -> impl DoubleEndedIterator<Item = &Trial> {
        self.trials.values()
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        todo!()
    }

    /// The completed trial with the lowest loss; of equal ones the first.
    #[must_use]
    pub fn best(&self) -> Option<&Trial> {
        todo!()
    }

    /// Numbers of the trials in this state, in order.
    pub fn in_state(&self, _state: TrialState) -> impl Iterator<Item = TrialNumber> {
        std::iter::empty()
    }

    /// The trial that was leased or enqueued by this request.
    #[must_use]
    pub fn by_request(&self, _request_id: &str) -> Option<&Trial> {
        todo!()
    }
}
