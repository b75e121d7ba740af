//! The local workers: processes of this same binary, each replaced when it dies.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::plan::Plan;
use crate::telemetry::say;

/// The waits before a dead worker is replaced.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));
/// Who lived for less than this has hardly worked.
const SHORT_LIFE: Duration = Duration::from_secs(5);
/// So many short lives in a row, and it is not bad luck.
const SHORT_LIVES_MAX: u32 = 5;
/// How long an idle worker may take to end, beyond the grace of its trial.
const END_GRACE: Duration = Duration::from_secs(5);

/// The local workers.
#[derive(Debug)]
pub struct Crew {
    members: JoinSet<()>,
    end: CancellationToken,
    now: CancellationToken,
    hopeless: mpsc::Receiver<anyhow::Error>,
    patience: Duration,
}

/// What it takes to start a worker.
#[derive(Clone, Debug)]
struct Recipe {
    program: PathBuf,
    arguments: Vec<String>,
    log: Option<&'static str>,
}

impl Crew {
    /// Starts the plan's workers for the server at this URL.
    ///
    /// # Errors
    /// When this binary cannot be found.
    pub fn start(plan: &Plan, url: &str) -> anyhow::Result<Self> {
        let recipe = Recipe::new(plan, url)?;
        let (end, now) = (CancellationToken::new(), CancellationToken::new());
        let (sender, hopeless) = mpsc::channel(1);
        let mut members = JoinSet::new();
        for number in 1..=plan.workers {
            let member = Member {
                number,
                recipe: recipe.clone(),
                end: end.clone(),
                now: now.clone(),
                hopeless: sender.clone(),
            };
            members.spawn(member.work());
        }
        Ok(Self { members, end, now, hopeless, patience: plan.drain_grace + END_GRACE })
    }

    /// Waits until workers die as soon as they are started, and tells why. Never ends otherwise.
    pub async fn hopeless(&mut self) -> anyhow::Error {
        match self.hopeless.recv().await {
            Some(error) => error,
            None => std::future::pending().await,
        }
    }

    /// Drains all workers and waits for them; ends them at once when `now` is cancelled or they take too long.
    pub async fn end(mut self, now: &CancellationToken) {
        self.end.cancel();
        tokio::select! {
            () = all(&mut self.members) => return,
            () = now.cancelled() => {}
            () = tokio::time::sleep(self.patience) => say("the workers do not end in time and are killed"),
        }
        self.now.cancel();
        all(&mut self.members).await;
    }
}

async fn all(members: &mut JoinSet<()>) {
    while members.join_next().await.is_some() {}
}

impl Recipe {
    fn new(plan: &Plan, url: &str) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut arguments: Vec<String> = [
            "worker",
            "--server",
            url,
            "--project",
            plan.study.project.as_str(),
            "--study",
            plan.study.name.as_str(),
            "--pool",
            plan.spec.pool.as_str(),
            "--until-stdin-closes",
            // This server's port is another the next time: nobody would ever take what is left.
            "--no-spool",
        ]
        .map(str::to_owned)
        .into();
        arguments.extend(["--drain-grace".to_owned(), format!("{}ms", plan.drain_grace.as_millis())]);
        for (key, value) in &plan.variables {
            arguments.extend(["--env".to_owned(), format!("{key}={value}")]);
        }
        arguments.push("--".to_owned());
        arguments.extend(plan.command.iter().cloned());
        // A worker tells a lot by itself, which here the progress tells already.
        let told = ["TUNEWRIGHT_LOG", "RUST_LOG"].into_iter().any(|name| std::env::var_os(name).is_some());
        let verbose = tracing::enabled!(tracing::Level::INFO);
        Ok(Self { program, arguments, log: (!told && !verbose).then_some("warn") })
    }

    fn spawn(&self) -> std::io::Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            // Open for as long as this process lives: should it be killed, the workers end too.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // Ctrl-C on the terminal is for this process alone to answer.
            .process_group(0)
            .kill_on_drop(true);
        if let Some(filter) = self.log {
            command.env("TUNEWRIGHT_LOG", filter);
        }
        command.spawn()
    }
}

/// One place in the crew, whoever fills it.
struct Member {
    number: u16,
    recipe: Recipe,
    end: CancellationToken,
    now: CancellationToken,
    hopeless: mpsc::Sender<anyhow::Error>,
}

impl Member {
    async fn work(self) {
        let mut short_lives = 0;
        let mut wait = BACKOFF.0;
        while !self.end.is_cancelled() {
            let born = Instant::now();
            let died = match self.recipe.spawn() {
                Ok(child) => self.life(child).await,
                Err(error) => Err(error),
            };
            if self.end.is_cancelled() {
                return;
            }
            let how = died.map_or_else(|error| error.to_string(), |status| status.to_string());
            if born.elapsed() < SHORT_LIFE {
                short_lives += 1;
            } else {
                (short_lives, wait) = (0, BACKOFF.0);
            }
            if short_lives >= SHORT_LIVES_MAX {
                // Full when another member was faster, who has said it all.
                let _ = self.hopeless.try_send(anyhow!("workers end as soon as they are started: {how}"));
                return;
            }
            say(&format!("worker {} ended ({how}); starting another", self.number));
            tokio::select! {
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(BACKOFF.1),
                () = self.end.cancelled() => return,
            }
        }
    }

    /// From the start of a worker's process to its end.
    async fn life(&self, mut child: Child) -> std::io::Result<ExitStatus> {
        // Waiting for a child would close it.
        let _stdin = child.stdin.take();
        let speech = tokio::spawn(pass_on(self.number, child.stderr.take()));
        let status = tokio::select! {
            status = child.wait() => status,
            () = self.end.cancelled() => {
                terminate(&child);
                tokio::select! {
                    status = child.wait() => status,
                    () = self.now.cancelled() => self.end_at_once(&mut child).await,
                }
            }
        };
        // What it left running may hold its stderr open.
        let _ = tokio::time::timeout(Duration::from_millis(500), speech).await;
        status
    }

    /// The second signal has a worker kill its trials' process groups, which nobody else knows.
    async fn end_at_once(&self, child: &mut Child) -> std::io::Result<ExitStatus> {
        terminate(child);
        if let Ok(status) = tokio::time::timeout(Duration::from_secs(2), child.wait()).await {
            return status;
        }
        child.kill().await?;
        child.wait().await
    }
}

fn terminate(child: &Child) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(pid) = pid {
        // It may just have ended by itself.
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
    }
}

async fn pass_on(number: u16, stderr: Option<impl AsyncRead + Unpin>) {
    let Some(stderr) = stderr else { return };
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        say(&format!("worker {number}: {line}"));
    }
}
