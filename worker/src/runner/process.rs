//! A child process with a group of its own, and how that group is ended.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{Duration, timeout};
use tracing::{debug, info};

use super::output::{Output, Stream};

/// How long the output's end is waited for once the group is dead: a descendant that left the group may hold the
/// pipe open for ever.
const OUTPUT_GRACE: Duration = Duration::from_secs(2);

/// A running child. Dropped, its whole group is killed.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    group: Group,
    output: Arc<Mutex<Output>>,
    readers: JoinSet<()>,
}

impl Process {
    /// Starts `command` in a process group of its own, its input empty and its output read.
    /// `shown` is the trial's name under which its output goes to the log, if it does.
    pub(super) fn spawn(mut command: Command, shown: Option<String>) -> io::Result<Self> {
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        let group = Group(Pid::from_raw(id.ok_or_else(|| io::Error::other("the process has no id"))?));
        let output = Arc::new(Mutex::new(Output::default()));
        let mut readers = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            readers.spawn(read(stdout, Stream::Stdout, output.clone(), shown.clone()));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.spawn(read(stderr, Stream::Stderr, output.clone(), shown));
        }
        Ok(Self { child, group, output, readers })
    }

    /// Waits for the child itself; cancel-safe.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Sends a signal to every process of the group.
    pub(super) fn signal(&self, signal: Signal) {
        self.group.signal(signal);
    }

    /// Kills whatever is left of the group, and waits a little for the last of the output.
    pub(super) async fn finish(mut self) -> Output {
        self.group.signal(Signal::SIGKILL);
        let read_out = async { while self.readers.join_next().await.is_some() {} };
        if timeout(OUTPUT_GRACE, read_out).await.is_err() {
            debug!("a descendant outside the process group holds the output open");
        }
        std::mem::take(&mut *self.output.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A process group; killed when dropped.
#[derive(Debug)]
struct Group(Pid);

impl Group {
    fn signal(&self, signal: Signal) {
        match killpg(self.0, signal) {
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(error) => debug!(%error, group = %self.0, "cannot signal the process group"),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

async fn read<R: AsyncRead + Unpin>(
    mut from: R,
    stream: Stream,
    output: Arc<Mutex<Output>>,
    shown: Option<String>,
) {
    let mut chunk = vec![0; 16 * 1024];
    loop {
        match from.read(&mut chunk).await {
            Ok(0) => return,
            Ok(count) => {
                output.lock().unwrap_or_else(PoisonError::into_inner).push(stream, &chunk[..count]);
                if let Some(trial) = &shown {
                    for line in String::from_utf8_lossy(&chunk[..count]).lines() {
                        info!(trial, "{line}");
                    }
                }
            }
            Err(error) => {
                debug!(%error, "a trial's output cannot be read");
                return;
            }
        }
    }
}
