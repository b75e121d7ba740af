//! Watches over a running process until it ends: its reports, its timeout, and the wishes from outside.

use std::io;
use std::process::ExitStatus;

use nix::sys::signal::Signal;
use tokio::time::{Duration, Instant, MissedTickBehavior, interval, sleep_until};
use tracing::warn;

use super::environment::Room;
use super::process::Process;
use super::tail::Tail;
use super::verdict::Cause;
use super::{Controls, TrialRun};

/// How often the result file is looked at.
const POLL: Duration = Duration::from_millis(200);

/// Waits for the process to end, and ends it when it has to; the first cause wins, but for a kill.
pub(super) async fn supervise(
    run: &TrialRun,
    controls: &Controls,
    room: &Room,
    process: &mut Process,
    tail: &mut Tail,
) -> io::Result<(ExitStatus, Option<Cause>)> {
    let mut ending = Ending::new(run);
    let mut poll = interval(POLL);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let deadline = ending.deadline();
        tokio::select! {
            status = process.wait() => return Ok((status?, ending.cause)),
            () = controls.kill.cancelled(), if ending.cause != Some(Cause::Killed) => {
                ending.cause = Some(Cause::Killed);
                process.signal(Signal::SIGKILL);
            }
            () = controls.end.cancelled(), if !ending.drained => {
                ending.drained = true;
                ending.terminate(process, Cause::Drained);
            }
            () = controls.stop.cancelled(), if !ending.stopped => {
                ending.stop();
                if let Err(error) = tokio::fs::write(room.stop_file(), "").await {
                    warn!(%error, "cannot write the stop file");
                }
            }
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                ending.due(process);
            }
            _ = poll.tick() => tail.poll(&controls.reports).await,
        }
    }
}

/// How far the ending of a process has come.
#[derive(Debug)]
struct Ending {
    run_until: Option<Instant>,
    stop_until: Option<Instant>,
    terminate_until: Option<Instant>,
    stop_grace: Duration,
    terminate_grace: Duration,
    stopped: bool,
    drained: bool,
    cause: Option<Cause>,
}

impl Ending {
    fn new(run: &TrialRun) -> Self {
        Self {
            run_until: run.timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            stop_until: None,
            terminate_until: None,
            stop_grace: run.graces.stop,
            terminate_grace: run.graces.terminate,
            stopped: false,
            drained: false,
            cause: None,
        }
    }

    fn deadline(&self) -> Option<Instant> {
        [self.run_until, self.stop_until, self.terminate_until].into_iter().flatten().min()
    }

    fn stop(&mut self) {
        self.stopped = true;
        if self.cause.is_none() {
            self.cause = Some(Cause::Stopped);
            self.stop_until = Some(Instant::now() + self.stop_grace);
        }
    }

    /// SIGTERM now, SIGKILL after the grace.
    fn terminate(&mut self, process: &Process, cause: Cause) {
        self.cause.get_or_insert(cause);
        self.run_until = None;
        self.stop_until = None;
        if self.terminate_until.is_none() {
            process.signal(Signal::SIGTERM);
            self.terminate_until = Some(Instant::now() + self.terminate_grace);
        }
    }

    /// The earliest deadline has passed.
    fn due(&mut self, process: &Process) {
        if self.terminate_until.is_some() {
            process.signal(Signal::SIGKILL);
            // Again every grace: a group may gain members while it is killed.
            self.terminate_until = Some(Instant::now() + self.terminate_grace);
        } else if self.deadline() == self.stop_until {
            self.terminate(process, Cause::Stopped);
        } else {
            self.terminate(process, Cause::TimedOut);
        }
    }
}
