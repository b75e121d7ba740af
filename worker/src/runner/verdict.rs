//! What became of a trial's process.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use nix::sys::signal::Signal;
use serde_json::{Map, Value};
use tunewright_core::study::EndReason;

use super::line::{self, Final, Line, Loss, Status};
use super::memory;
use super::tail::Last;

/// The longest message, in bytes: what the server keeps.
const MESSAGE_MAX: usize = 4096;

/// How a trial's attempt ended, as far as its process tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It brought a finite loss.
    Completed {
        loss: f64,
        metrics: BTreeMap<String, f64>,
        /// What the search heeds beside the loss.
        heeded: Map<String, Value>,
    },
    /// It was asked to stop early and did, or said that it was pruned.
    Pruned {
        loss: Option<f64>,
        metrics: BTreeMap<String, f64>,
        heeded: Map<String, Value>,
    },
    Failed {
        reason: EndReason,
        message: String,
    },
    /// It was ended from outside before it brought a result: a drain, or a lost lease.
    Ended,
}

/// Why the runner ended the process, if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// It was asked to stop early.
    Stopped,
    TimedOut,
    /// The worker drains.
    Drained,
    /// The attempt counts no more.
    Killed,
}

/// All that is known about a process that has ended.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    pub status: ExitStatus,
    pub cause: Option<Cause>,
    /// Whether the kernel's out-of-memory killer struck meanwhile.
    pub oom_killed: bool,
    pub last: &'a Last,
    pub last_stdout_line: Option<String>,
    pub last_stderr_line: Option<String>,
    pub timeout_ms: u128,
}

impl Evidence<'_> {
    pub(super) fn verdict(&self) -> Verdict {
        match self.cause {
            Some(Cause::Killed) => Verdict::Ended,
            Some(Cause::TimedOut) => {
                failed(EndReason::Timeout, format!("ran longer than {} ms", self.timeout_ms))
            }
            Some(Cause::Stopped) => {
                let result = self.result();
                let final_loss = result.as_ref().and_then(|result| match result.loss {
                    Loss::Finite(loss) => Some(loss),
                    Loss::Absent | Loss::Unusable(_) => None,
                });
                let (metrics, heeded) =
                    result.map(|result| (result.metrics, result.heeded)).unwrap_or_default();
                Verdict::Pruned { loss: final_loss.or(self.last.loss), metrics, heeded }
            }
            Some(Cause::Drained) if self.status.success() => match self.of_success() {
                ended @ (Verdict::Completed { .. } | Verdict::Pruned { .. }) => ended,
                Verdict::Failed { .. } | Verdict::Ended => Verdict::Ended,
            },
            Some(Cause::Drained) => Verdict::Ended,
            None if self.status.success() => self.of_success(),
            None => self.of_failure(),
        }
    }

    fn result(&self) -> Option<Final> {
        let printed = || match line::parse(self.last_stdout_line.as_deref()?) {
            Ok(Line::Final(result)) => Some(result),
            Ok(Line::Report(_)) | Err(_) => None,
        };
        self.last.result.clone().or_else(printed)
    }

    fn of_success(&self) -> Verdict {
        let Some(result) = self.result() else {
            return failed(EndReason::NoLoss, self.no_result());
        };
        let message = |otherwise: &str| match result.message.as_str() {
            "" => otherwise.to_owned(),
            message => message.to_owned(),
        };
        match result.status {
            Status::Fail => failed(EndReason::ObjectiveError, message("reported the status `fail`")),
            Status::Infeasible => failed(EndReason::Infeasible, message("reported the status `infeasible`")),
            Status::Unknown(status) => failed(
                EndReason::NoLoss,
                format!("the status must be `ok`, `fail`, `pruned` or `infeasible`, not `{status}`"),
            ),
            Status::Pruned => {
                let loss = match result.loss {
                    Loss::Finite(loss) => Some(loss),
                    Loss::Absent | Loss::Unusable(_) => self.last.loss,
                };
                Verdict::Pruned { loss, metrics: result.metrics, heeded: result.heeded }
            }
            Status::Ok => match result.loss {
                Loss::Finite(loss) => {
                    Verdict::Completed { loss, metrics: result.metrics, heeded: result.heeded }
                }
                Loss::Unusable(shown) => {
                    failed(EndReason::NoLoss, format!("the loss must be a finite number, not `{shown}`"))
                }
                Loss::Absent => failed(EndReason::NoLoss, "the result has no `loss`".to_owned()),
            },
        }
    }

    fn no_result(&self) -> String {
        let hint = "write a line such as `{\"loss\": 0.12}` to the file that `TUNEWRIGHT_RESULT` names, or end \
                    the output with the loss";
        match self.last.step {
            Some(step) => format!(
                "ended without a result after reporting step {step}; a result is a line without `step`: {hint}"
            ),
            None => format!("ended without a loss; {hint}"),
        }
    }

    fn of_failure(&self) -> Verdict {
        let said = self.last_stderr_line.as_deref().unwrap_or_default();
        let how = ending(self.status);
        let message = if said.is_empty() { how } else { format!("{how}: {said}") };
        let killed = self.status.signal() == Some(Signal::SIGKILL as i32);
        let starved = self.status.code() == Some(128 + Signal::SIGKILL as i32)
            || (killed && self.oom_killed)
            || memory::says_out_of_memory(said);
        if starved {
            return failed(EndReason::OutOfMemory, message);
        }
        let reported = self.result().filter(|result| result.status == Status::Fail);
        match reported {
            Some(result) if !result.message.is_empty() => failed(EndReason::ObjectiveError, result.message),
            _ => failed(EndReason::ObjectiveError, message),
        }
    }
}

fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with code {code}"),
        (None, Some(number)) => match Signal::try_from(number) {
            Ok(signal) => format!("ended by signal {signal}"),
            Err(_) => format!("ended by signal {number}"),
        },
        (None, None) => "ended in an unknown way".to_owned(),
    }
}

pub(super) fn failed(reason: EndReason, mut message: String) -> Verdict {
    if message.len() > MESSAGE_MAX {
        let end = (0..=MESSAGE_MAX).rev().find(|at| message.is_char_boundary(*at)).unwrap_or(0);
        message.truncate(end);
    }
    Verdict::Failed { reason, message }
}
