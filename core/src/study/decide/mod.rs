//! A file per command.

mod add;
mod backoff;
mod cancel;
mod complete;
mod draft;
mod enqueue;
mod exhaust;
mod fail;
mod heartbeat;
mod lease;
mod limits;
mod pause;
mod prune;
mod release;
mod report;
mod result;
mod retry;
mod settle;
mod standing;
mod stop;
mod tick;
mod update;

use super::{Command, Decision, Study};
use crate::{Refusal, Timestamp};

impl Study {
    /// What the command comes to; changes nothing.
    ///
    /// Documents carry the version after [`Study::version`] as their `rev`: several commands may be decided and applied
    /// before one commit, and one trial may then change more than once; the last document counts.
    ///
    /// # Errors
    /// A refusal if the command is wrong or comes at the wrong time.
    pub fn decide(&self, command: &Command, now: Timestamp) -> Result<Decision, Refusal> {
        match command {
            Command::Lease(command) => lease::decide(self, command, now),
            Command::Heartbeat(lease) => heartbeat::decide(self, lease, now),
            Command::Report(command) => report::decide(self, command, now),
            Command::Complete(command) => complete::decide(self, command, now),
            Command::Prune(command) => prune::decide(self, command, now),
            Command::Fail(command) => fail::decide(self, command, now),
            Command::Release(command) => release::decide(self, command, now),
            Command::Enqueue(command) => enqueue::decide(self, command, now),
            Command::Add(command) => add::decide(self, command, now),
            Command::Cancel(command) => cancel::decide(self, *command, now),
            Command::Retry { trial, request_id } => retry::decide(self, *trial, request_id.as_deref(), now),
            Command::Pause => pause::pause(self, now),
            Command::Resume => pause::resume(self, now),
            Command::Stop(command) => stop::decide(self, *command, now),
            Command::Update(command) => update::decide(self, command, now),
            Command::Exhaust => exhaust::decide(self, now),
            Command::Tick => Ok(tick::decide(self, now)),
        }
    }
}
