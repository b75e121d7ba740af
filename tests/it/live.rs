//! `tunewright study watch` on a terminal: a pseudo terminal, of which the test is the other side.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{Termios, tcgetattr};
use nix::unistd::Pid;
use tunewright::{Client, Study, StudySpec};

use crate::support::binary::binary;
use crate::support::process::Server;

/// Far more than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// The screen is taken, and given back.
const ENTER: &str = "\x1b[?1049h";
const LEAVE: &str = "\x1b[?1049l";

/// `tunewright` on a terminal of 80 x 24.
struct Watching {
    child: Child,
    ours: File,
    theirs: OwnedFd,
    before: Termios,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Watching {
    fn start(server: &Server, options: &[&str]) -> Self {
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&size), None).expect("a pseudo terminal");
        let before = tcgetattr(&pty.slave).expect("its settings");
        let side = || Stdio::from(pty.slave.try_clone().expect("cloned"));
        let child = Command::new(binary())
            .args(["--server", &server.url, "study", "watch", "seen"])
            .args(options)
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .env_remove("TUNEWRIGHT_PROJECT")
            .env_remove("TUNEWRIGHT_LOG")
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .expect("tunewright starts");
        let written = Arc::new(Mutex::new(Vec::new()));
        let (ours, kept) = (File::from(pty.master), Arc::clone(&written));
        let mut reader = ours.try_clone().expect("cloned");
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&bytes[..count]);
            }
        });
        Self { child, ours, theirs: pty.slave, before, written }
    }

    /// All that was written so far.
    fn text(&self) -> String {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&written).into_owned()
    }

    /// Waits until this is written, after so many bytes; how many bytes there are then.
    fn wait_for(&self, text: &str, after: usize) -> usize {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let written = self.text();
            if written.get(after..).is_some_and(|new| new.contains(text)) {
                return written.len();
            }
            assert!(Instant::now() < deadline, "`{text}` is not written: {written:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn press(&mut self, keys: &[u8]) {
        self.ours.write_all(keys).expect("pressed");
    }

    /// Waits for the end; the terminal must be as it was before. Tells what is written after the screen was left.
    fn end(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end: {:?}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        };
        let after = tcgetattr(&self.theirs).expect("its settings");
        assert_eq!(after.local_flags, self.before.local_flags);
        assert_eq!(after.input_flags, self.before.input_flags);
        self.wait_for(LEAVE, 0);
        // What the process wrote last is on its way through the terminal still.
        std::thread::sleep(Duration::from_millis(200));
        let text = self.text();
        let (screen, rest) = text.rsplit_once(LEAVE).expect("it was left");
        assert!(screen.contains(ENTER), "{screen:?}");
        assert_eq!(
            screen.matches("\x1b[?25l").count(),
            screen.matches("\x1b[?25h").count(),
            "the cursor is back"
        );
        (status, rest.to_owned())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It has ended, as a rule.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A study of three trials: one has completed, one has failed, and one runs and has reported.
async fn study(server: &Server) -> (Study, tunewright::LeasedTrial) {
    let client = Client::connect(&server.url).await.expect("connected");
    let spec: StudySpec = serde_json::from_value(serde_json::json!({
        "space": {"x": {"type": "float", "low": 0.0, "high": 1.0}}, "algorithm": "random",
        "budget": {"max_trials": 3},
    }))
    .expect("a spec");
    let name = "seen".parse().expect("a name");
    client.create_study(&name, &spec).await.expect("created");
    let study = client.study(name);
    let mut trials = study.ask(3).await.expect("asked").trials;
    let running = trials.pop().expect("three");
    let failing = trials.pop().expect("three");
    failing.fail(tunewright::EndReason::OutOfMemory, "it was too large", "").await.expect("failed");
    let completed = trials.pop().expect("three");
    completed.complete(0.5, tunewright::Metrics::new(), "").await.expect("completed");
    running.report(7, 0.75, tunewright::Metrics::new()).await.expect("reported");
    (study, running)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_is_shown_until_it_ends_and_then_summed_up() {
    let server = Server::start("memory:");
    let (_study, running) = study(&server).await;
    let watching = Watching::start(&server, &[]);
    for text in ["default/seen", "2/3", "best loss ", "0.5", "out of memory", "it was too large", "0.75"] {
        watching.wait_for(text, 0);
    }
    running.report(8, 0.625, tunewright::Metrics::new()).await.expect("reported");
    watching.wait_for("0.625", 0);
    running.complete(0.25, tunewright::Metrics::new(), "").await.expect("completed");
    let (status, rest) = watching.end();
    assert!(status.success(), "{status}");
    assert!(rest.contains("completed (max_trials)") && rest.contains("best: trial 2, loss 0.25"), "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_signals_leave_it_and_mend_the_terminal() {
    let server = Server::start("memory:");
    let (_study, _running) = study(&server).await;
    for (keys, code) in [(&b"q"[..], Some(0)), (b"\x1b", Some(0)), (b"\x03", Some(130)), (b"", Some(130))] {
        let mut watching = Watching::start(&server, &[]);
        let seen = watching.wait_for("best loss ", 0);
        // An arrow begins as Esc does, and is none.
        watching.press(b"\x1b[A");
        watching.wait_for("FOR", 0);
        assert!(!watching.text()[..seen].contains(LEAVE));
        if keys.is_empty() {
            let pid = Pid::from_raw(watching.child.id().try_into().expect("pids fit"));
            kill(pid, Signal::SIGTERM).expect("it runs");
        } else {
            std::thread::sleep(Duration::from_millis(300));
            watching.press(keys);
        }
        let (status, rest) = watching.end();
        assert_eq!(status.code(), code, "{keys:?}");
        assert_eq!(rest.contains("default/seen is active"), code == Some(0), "{rest:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_a_server_that_is_away_and_goes_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut server = Server::start(&format!("redb:{}", directory.path().display()));
    let (study, running) = study(&server).await;
    let watching = Watching::start(&server, &[]);
    watching.wait_for("best loss ", 0);
    server.kill_9();
    let away = watching.wait_for("the server does not answer, reconnecting", 0);
    server.start_again();
    watching.wait_for("q leaves", away);
    running.complete(0.125, tunewright::Metrics::new(), "").await.expect("completed");
    let (status, rest) = watching.end();
    assert!(status.success() && rest.contains("loss 0.125"), "{status}: {rest:?}");

    study.delete().await.expect("deleted");
    let mut watching = Watching::start(&server, &[]);
    let status = watching.child.wait().expect("it is ours");
    assert_eq!(status.code(), Some(1));
    assert!(!watching.text().contains(ENTER), "there is nothing to show a screen for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_that_is_deleted_leaves_the_screen_with_an_error() {
    let server = Server::start("memory:");
    let (study, running) = study(&server).await;
    let watching = Watching::start(&server, &[]);
    watching.wait_for("best loss ", 0);
    study.delete().await.expect("deleted");
    let (status, rest) = watching.end();
    assert_eq!(status.code(), Some(1));
    assert!(rest.contains("error: "), "{rest:?}");
    drop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_there_when_asked_for_and_without_a_terminal() {
    let server = Server::start("memory:");
    let (_study, running) = study(&server).await;
    let mut watching = Watching::start(&server, &["--lines"]);
    watching.wait_for("default/seen is active", 0);
    running.complete(0.25, tunewright::Metrics::new(), "").await.expect("completed");
    assert!(watching.child.wait().expect("it is ours").success());
    watching.wait_for("best so far", 0);
    assert!(!watching.text().contains(ENTER));

    let piped = Command::new(binary())
        .args(["--server", &server.url, "study", "watch", "seen"])
        .stdin(Stdio::null())
        .output()
        .expect("tunewright starts");
    let text = String::from_utf8_lossy(&piped.stdout).into_owned();
    assert!(piped.status.success() && text.starts_with("default/seen is completed"), "{text}");
}
