//! `tunewright run`, as a person runs it: real processes, a shell for an objective, a directory of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::binary::binary;
use crate::support::process::Server;

/// Far more than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A directory with a study in it.
struct Desk {
    directory: TempDir,
}

impl Desk {
    /// A study over x and y; `more` are further lines of its file.
    fn new(more: &str) -> Self {
        let desk = Self { directory: tempfile::tempdir().expect("a directory") };
        let space = "space:\n  x: {type: uniform, low: 0, high: 1}\n  y: {type: int, low: 1, high: 9}\n";
        desk.write("bowl.yaml", &format!("{space}{more}\n"));
        desk
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The lines of a file that objectives append to.
    fn lines(&self, name: &str) -> Vec<String> {
        std::fs::read_to_string(self.path(name)).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// `tunewright run bowl.yaml OPTIONS -- sh -c SCRIPT`, in this directory.
    fn start(&self, options: &str, script: &str) -> Running {
        let mut command = Command::new(binary());
        command
            .current_dir(self.directory.path())
            .args(["run", "bowl.yaml"])
            .args(options.split_whitespace());
        command.args(["--", "sh", "-c", script]);
        for inherited in ["TUNEWRIGHT_STORE", "TUNEWRIGHT_DATA_DIR", "TUNEWRIGHT_PROJECT", "TUNEWRIGHT_LOG"] {
            command.env_remove(inherited);
        }
        let out = std::fs::File::create(self.path("stdout")).expect("a file");
        let err = std::fs::File::create(self.path("stderr")).expect("a file");
        let child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().expect("tunewright starts");
        Running { child }
    }

    fn run(&self, options: &str, script: &str) -> Output {
        let status = self.start(options, script).end();
        let read = |name| std::fs::read(self.path(name)).expect("it was made");
        Output { status, stdout: read("stdout"), stderr: read("stderr") }
    }
}

/// A process that does not outlive its test.
struct Running {
    child: Child,
}

impl Running {
    fn signal(&self, signal: Signal) {
        kill(pid(&self.child.id().to_string()), signal).expect("it runs");
    }

    fn end(mut self) -> ExitStatus {
        let mut status = None;
        wait_until("the end of the run", || {
            status = self.child.try_wait().expect("it is ours");
            status.is_some()
        });
        status.expect("it has ended")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, as a rule.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pid(text: &str) -> Pid {
    Pid::from_raw(text.trim().parse().expect("a pid"))
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn entries(directory: &Path) -> usize {
    std::fs::read_dir(directory).map_or(0, Iterator::count)
}

/// Evaluates a bowl and leaves a line for each time it was started.
const BOWL: &str = r#"echo started >> trials; awk "BEGIN {{ print ({x} - 0.3)^2 + ({y} - 2)^2 }}""#;

#[test]
fn a_study_is_run_to_its_end_and_is_not_run_twice() {
    let desk = Desk::new("budget: {max_trials: 8}");
    let first = desk.run("--workers 2 --format json", BOWL);
    assert_eq!(code(&first), Some(0), "{}", said(&first));
    let best = document(&first);
    assert!((0.0..=1.0).contains(&best["x"].as_f64().expect("x")), "{best}");
    assert!((1..=9).contains(&best["y"].as_i64().expect("y")), "{best}");
    assert!(said(&first).contains("study bowl completed (max trials): 8 completed"), "{}", said(&first));
    assert!(said(&first).contains("results are in .tunewright"), "{}", said(&first));
    assert_eq!(desk.lines("trials").len(), 8);
    assert_eq!(entries(&desk.path(".tunewright")), 1, "one file, in the current directory");

    let again = desk.run("--workers 2 --format json", BOWL);
    assert_eq!(code(&again), Some(0), "{}", said(&again));
    assert_eq!(document(&again), best);
    assert_eq!(desk.lines("trials").len(), 8, "nothing is run again");

    let more = desk.run("--max-trials 11 --json", BOWL);
    assert_eq!(code(&more), Some(0), "{}", said(&more));
    let result = document(&more);
    assert_eq!(
        (&result["status"], &result["counts"]["completed"]),
        (&"completed".into(), &11.into()),
        "{result}"
    );
    assert_eq!(desk.lines("trials").len(), 11, "it goes on where it stopped");

    let fewer = desk.run("--format yaml", BOWL);
    assert_eq!(code(&fewer), Some(0), "the file's smaller budget is met already: {}", said(&fewer));
    assert!(String::from_utf8_lossy(&fewer.stdout).starts_with("x: "), "{fewer:?}");
}

#[test]
fn another_search_is_not_mixed_with_the_first() {
    let desk = Desk::new("budget: {max_trials: 2}");
    assert_eq!(code(&desk.run("", BOWL)), Some(0));
    let same_names = std::fs::read_to_string(desk.path("bowl.yaml")).expect("the study");
    desk.write("bowl.yaml", &same_names.replace("high: 9", "high: 8"));
    let other = desk.run("", BOWL);
    assert_eq!(code(&other), Some(1));
    let said_why = said(&other);
    assert!(
        said_why.contains("error: study `bowl` exists with another spec: spec.space.y.high"),
        "{said_why}"
    );
    assert!(said_why.contains("--name bowl-2"), "{said_why}");
    assert_eq!(code(&desk.run("--name bowl-2", BOWL)), Some(0));
    assert_eq!(desk.lines("trials").len(), 4);
}

#[test]
fn a_study_with_a_function_of_its_own_is_not_run_with_a_command() {
    let desk = Desk::new("budget: {max_trials: 2}");
    let server = Server::start(&format!("redb:{}", desk.path(".tunewright").display()));
    for arguments in [&["create", "bowl.yaml"][..], &["update", "bowl", "--objective", "bowls:evaluate"]] {
        let told = Command::new(binary())
            .current_dir(desk.directory.path())
            .args(["--server", &server.url, "study"])
            .args(arguments)
            .output()
            .expect("tunewright starts");
        assert_eq!(code(&told), Some(0), "{}", said(&told));
    }
    drop(server);
    let refused = desk.run("", BOWL);
    assert_eq!(code(&refused), Some(1), "{}", said(&refused));
    let why = said(&refused);
    assert!(why.contains("study `bowl` is evaluated by a function of its own, not by a command"), "{why}");
    assert!(why.contains("--name bowl-2"), "{why}");
    assert_eq!(desk.lines("trials").len(), 0);
}

#[test]
fn what_can_never_work_is_told_before_anything_starts() {
    let desk = Desk::new("budget: {max_trials: 2}");
    for (options, script, says) in [
        ("", "echo {z}", "error: command: `{z}` is not a parameter of the study"),
        ("--store sqlite:x", "echo {x}", "error: store: `sqlite:x` is no store"),
        ("--store redb:bowl.yaml", "echo {x}", "error: the store cannot be opened"),
    ] {
        let refused = desk.run(options, script);
        assert_eq!(code(&refused), Some(1), "{}", said(&refused));
        assert!(said(&refused).contains(says), "{}", said(&refused));
        assert!(refused.stdout.is_empty());
    }
    desk.write("bowl.yaml", "space: {x: {type: uniform, low: 0, high: 1}}\nbudget: {max_trial: 2}\n");
    let misspelt = desk.run("", "echo {x}");
    assert_eq!(code(&misspelt), Some(1));
    assert!(said(&misspelt).contains("budget: unknown field `max_trial`"), "{}", said(&misspelt));
    assert!(!desk.path(".tunewright").exists(), "nothing was started");
}

#[test]
fn when_every_trial_fails_it_says_why() {
    let desk = Desk::new("budget: {max_trials: 3}");
    let failed = desk.run("", "echo loading; echo boom >&2; exit 3");
    assert_eq!(code(&failed), Some(1));
    assert!(failed.stdout.is_empty(), "there is no best configuration");
    let told = said(&failed);
    for part in [
        "  | loading\n",
        "  | boom\n",
        "error: no trial completed, 3 failed: 3 x objective_error: ",
        "hint: ",
    ] {
        assert!(told.contains(part), "{part:?} is missing in\n{told}");
    }
}

#[test]
fn a_hopeless_command_does_not_use_up_the_budget() {
    let desk = Desk::new("budget: {max_trials: 5000}");
    let hopeless = desk.run("--workers 2", "exit 1");
    assert_eq!(code(&hopeless), Some(1), "{}", said(&hopeless));
    let mended = desk.run("--workers 2 --max-trials 5000 --json", "exit 1");
    assert_eq!(code(&mended), Some(1), "a second try gets its own chance");
    let failed = said(&mended).lines().filter(|line| line.contains("] trial ")).count();
    assert!((20..400).contains(&failed), "{failed} failures of this run were told");
}

#[test]
fn an_interrupted_study_goes_on_when_it_is_run_again() {
    let desk = Desk::new("budget: {max_trials: 12}");
    let script = "echo started >> trials; sleep 0.2; echo {x}";
    let running = desk.start("--workers 2", script);
    wait_until("a few trials", || desk.lines("trials").len() >= 4);
    running.signal(Signal::SIGINT);
    assert_eq!(running.end().code(), Some(130));
    let told = std::fs::read_to_string(desk.path("stderr")).expect("its stderr");
    assert!(told.contains("run the same command again to go on"), "{told}");
    let before = desk.lines("trials").len();
    assert!(before < 12, "all {before} trials were over before the interruption");

    let rest = desk.run("--workers 2 --json", script);
    assert_eq!(code(&rest), Some(0), "{}", said(&rest));
    assert_eq!(document(&rest)["counts"]["completed"], 12);
    assert_eq!(
        desk.lines("trials").len(),
        12,
        "the interrupted trials had their grace and were not run twice"
    );
}

#[test]
fn a_killed_worker_is_replaced_and_its_trial_is_run_again() {
    let desk = Desk::new("budget: {max_trials: 3}\nlease_ttl_ms: 1000");
    // The first trial hangs, and tells who runs it.
    let script = "echo $PPID >> workers; mkdir first && exec sleep 5; echo {x}";
    let running = desk.start("--json", script);
    wait_until("the first trial", || !desk.lines("workers").is_empty());
    kill(pid(&desk.lines("workers")[0]), Signal::SIGKILL).expect("the worker runs");
    assert_eq!(running.end().code(), Some(0));
    let told = std::fs::read_to_string(desk.path("stderr")).expect("its stderr");
    assert!(told.contains("worker 1 ended (signal: 9 (SIGKILL)); starting another"), "{told}");
    let result: Value =
        serde_json::from_str(&std::fs::read_to_string(desk.path("stdout")).expect("its stdout"))
            .expect("a document");
    assert_eq!(result["counts"]["completed"], 3, "{result}");
    assert_eq!(desk.lines("workers").len(), 4, "three trials, one of them twice");
}

#[test]
fn nothing_outlives_a_run_that_was_killed() {
    let desk = Desk::new("budget: {max_trials: 3}");
    let running = desk.start("", "echo $PPID $$ > pids; exec sleep 600");
    wait_until("the first trial", || desk.lines("pids").len() == 1);
    let pids: Vec<_> = desk.lines("pids")[0].split_whitespace().map(pid).collect();
    assert_eq!(pids.len(), 2);
    running.signal(Signal::SIGKILL);
    running.end();
    for (what, pid) in ["the worker", "the trial"].into_iter().zip(pids) {
        wait_until(what, || has_ended(pid));
    }
}

/// Gone, or only waiting to be reaped by whoever inherited it.
fn has_ended(pid: Pid) -> bool {
    if kill(pid, None) == Err(Errno::ESRCH) {
        return true;
    }
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')) || status.is_empty()
}
