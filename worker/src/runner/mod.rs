//! Runs one trial's command as a child process and tells how it ended.

mod environment;
mod line;
mod memory;
mod numbers;
mod output;
mod process;
mod supervise;
mod tail;
mod template;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::BTreeSet;

use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::time::Duration;
use tokio_util::sync::CancellationToken;
use tunewright_core::Refusal;
use tunewright_core::space::Point;
use tunewright_core::study::{EndReason, ResumeHint};

use self::environment::Room;
use self::memory::OomKills;
use self::process::Process;
use self::tail::Tail;
use self::verdict::{Cause, Evidence, failed};

pub use self::line::Report;
pub use self::output::OUTPUT_MAX;
pub use self::template::Template;
pub use self::verdict::Verdict;

/// One attempt of one trial, and all that its process is told.
#[derive(Clone, Debug)]
pub struct TrialRun {
    pub template: Template,
    /// Of the study, also inactive ones. Only needed if the template [leaves open](Template::leaves_open) a label.
    pub labels: BTreeSet<String>,
    /// The structured configuration of the point.
    pub config: serde_json::Value,
    pub point: Point,
    pub project: String,
    pub study: String,
    pub trial: u64,
    pub attempt: u32,
    pub worker: String,
    pub slot: usize,
    pub resume: Option<ResumeHint>,
    pub timeout: Option<Duration>,
    /// Set for the process, winning over all else.
    pub env: Vec<(String, String)>,
    /// The value of `CUDA_VISIBLE_DEVICES`, if the slot has GPUs of its own.
    pub gpus: Option<String>,
    /// Whether the output also goes to the log.
    pub verbose: bool,
    pub graces: Graces,
}

/// How long a process may take to end by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Graces {
    /// From the stop file to SIGTERM.
    pub stop: Duration,
    /// From SIGTERM to SIGKILL.
    pub terminate: Duration,
}

impl Default for Graces {
    fn default() -> Self {
        Self { stop: Duration::from_secs(30), terminate: Duration::from_secs(5) }
    }
}

/// How the trial is steered from outside while it runs.
#[derive(Clone, Debug)]
pub struct Controls {
    /// Where intermediate reports go, in their order.
    pub reports: mpsc::Sender<Report>,
    /// The trial should end early: the file that `TUNEWRIGHT_STOP` names appears, and SIGTERM follows after a grace.
    pub stop: CancellationToken,
    /// The worker drains: SIGTERM, and SIGKILL after a grace.
    pub end: CancellationToken,
    /// The attempt counts no more: SIGKILL.
    pub kill: CancellationToken,
}

/// A trial's attempt that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    pub verdict: Verdict,
    /// The end of what it printed, with notes on lines that could not be used; at most [`OUTPUT_MAX`] bytes.
    pub output: String,
    /// The last checkpoint that it named, or the one that it began from.
    pub resume: Option<ResumeHint>,
}

/// Runs a trial's command to its end. Whatever the end, no process of its group is left, and no file.
pub async fn run_trial(run: &TrialRun, controls: &Controls) -> Finished {
    let not_started = |message: String| Finished {
        verdict: failed(EndReason::StartFailed, message),
        output: String::new(),
        resume: run.resume.clone(),
    };
    let words = match run.template.fill(&run.point, &run.labels) {
        Ok(words) => words,
        Err(refusal) => return not_started(told(&refusal)),
    };
    let room = match Room::new(run) {
        Ok(room) => room,
        Err(error) => return not_started(format!("cannot make a temporary directory: {error}")),
    };
    let before = OomKills::now();
    let shown = run.verbose.then(|| format!("{}/{}", run.study, run.trial));
    let mut process = match Process::spawn(command(run, &words, &room), shown) {
        Ok(process) => process,
        Err(error) => return not_started(format!("cannot start `{}`: {error}", words[0])),
    };
    let mut tail = Tail::new(room.result_file());
    let ended = supervise::supervise(run, controls, &room, &mut process, &mut tail).await;
    let output = process.finish().await;
    let last = tokio::select! {
        biased;
        // Whoever kills the attempt, or takes no reports any more, does not want the rest.
        () = controls.kill.cancelled() => None,
        last = tail.finish(&controls.reports) => Some(last),
    }
    .unwrap_or_default();
    let (status, mut cause) = match ended {
        Ok(ended) => ended,
        Err(error) => return not_started(format!("cannot wait for `{}`: {error}", words[0])),
    };
    if controls.kill.is_cancelled() {
        cause = Some(Cause::Killed);
    }
    let mut notes = last.notes.clone();
    let evidence = Evidence {
        status,
        cause,
        oom_killed: OomKills::now().rose_since(&before),
        last: &last,
        last_stdout_line: output.last_stdout_line(),
        last_stderr_line: output.last_stderr_line(),
        timeout_ms: run.timeout.unwrap_or_default().as_millis(),
    };
    notes.extend(evidence.last.result.iter().flat_map(|result| result.notes.clone()));
    let checkpoint =
        last.checkpoint.clone().map(|(step, checkpoint_uri)| ResumeHint { step, checkpoint_uri });
    Finished {
        verdict: evidence.verdict(),
        output: output.tail(&notes),
        resume: checkpoint.or_else(|| run.resume.clone()),
    }
}

fn command(run: &TrialRun, words: &[String], room: &Room) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    let (set, removed) = environment::variables(run, room);
    for name in removed {
        command.env_remove(name);
    }
    command.envs(set);
    command
}

fn told(refusal: &Refusal) -> String {
    match &refusal.hint {
        Some(hint) => format!("{refusal}; {hint}"),
        None => refusal.to_string(),
    }
}
