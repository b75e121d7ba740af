//! Real children, every outcome.

use std::path::{Path, PathBuf};
use std::time::Instant;

use nix::sys::signal::kill;
use nix::unistd::Pid;
use serde_json::{Map, json};
use tempfile::TempDir;
use tunewright_core::space::ParamValue;

use super::*;

const SOON: Duration = Duration::from_secs(20);

fn run_of(words: &[&str]) -> TrialRun {
    let point: Point = [
        ("lr".to_owned(), ParamValue::Float(0.5)),
        ("model.depth".to_owned(), ParamValue::Int(3)),
        ("kind".to_owned(), ParamValue::Option("svm".to_owned())),
    ]
    .into_iter()
    .collect();
    TrialRun {
        template: Template::parse(words).expect("a template"),
        labels: BTreeSet::new(),
        config: serde_json::json!({"lr": 0.5, "model": {"name": "svm", "depth": 3}}),
        point,
        project: "default".to_owned(),
        study: "digits".to_owned(),
        trial: 7,
        attempt: 2,
        worker: "w1".to_owned(),
        slot: 1,
        resume: None,
        timeout: None,
        env: Vec::new(),
        gpus: None,
        verbose: false,
        graces: Graces { stop: Duration::from_millis(300), terminate: Duration::from_millis(300) },
    }
}

fn sh(script: &str) -> TrialRun {
    run_of(&["/bin/sh", "-c", &script.replace('{', "{{").replace('}', "}}")])
}

fn python(script: &str) -> TrialRun {
    run_of(&["python3", "-c", &script.replace('{', "{{").replace('}', "}}")])
}

fn controls() -> (Controls, mpsc::Receiver<Report>) {
    let (reports, receiver) = mpsc::channel(64);
    let token = CancellationToken::new;
    (Controls { reports, stop: token(), end: token(), kill: token() }, receiver)
}

async fn finished(run: TrialRun) -> Finished {
    let (controls, _reports) = controls();
    tokio::time::timeout(SOON, run_trial(&run, &controls)).await.expect("ended in time")
}

async fn failure(run: TrialRun) -> (EndReason, String) {
    match finished(run).await.verdict {
        Verdict::Failed { reason, message } => (reason, message),
        other => panic!("{other:?}"),
    }
}

async fn loss(run: TrialRun) -> f64 {
    let finished = finished(run).await;
    match finished.verdict {
        Verdict::Completed { loss, .. } => loss,
        other => panic!("{other:?}: {}", finished.output),
    }
}

/// Waits for a file, and gives its trimmed text.
async fn text_of(path: &Path) -> String {
    let until = Instant::now() + SOON;
    while Instant::now() < until {
        match std::fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    panic!("{} never came", path.display());
}

/// A process that does not exist, or is a zombie that nobody has reaped.
async fn is_gone(pid: &str) -> bool {
    let pid: i32 = pid.parse().expect("a pid");
    let until = Instant::now() + Duration::from_secs(5);
    while Instant::now() < until {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if kill(Pid::from_raw(pid), None).is_err() || stat.contains(") Z ") {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

fn room() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("pid");
    (directory, file)
}

#[tokio::test]
async fn a_result_file_is_the_result() {
    let run = sh(r#"echo '{"step": 1, "loss": 0.9, "checkpoint": "c1"}' >> "$TUNEWRIGHT_RESULT"
        echo '{"loss": 0.12, "status": "ok", "accuracy": 0.88, "bad": NaN, "constraints": [-1]}' \
            >> "$TUNEWRIGHT_RESULT"; echo 5"#);
    let (controls, mut reports) = controls();
    let finished = run_trial(&run, &controls).await;
    let metrics = [("accuracy".to_owned(), 0.88)].into();
    let heeded = Map::from_iter([("constraints".to_owned(), json!([-1]))]);
    assert_eq!(finished.verdict, Verdict::Completed { loss: 0.12, metrics, heeded });
    assert_eq!(finished.resume, Some(ResumeHint { step: 1, checkpoint_uri: "c1".to_owned() }));
    let note = "tunewright: the metric `bad` is not a finite number and was left out\n";
    assert_eq!(finished.output, format!("5\n{note}"));
    assert_eq!(reports.recv().await.expect("a report").loss, Some(0.9));
}

#[tokio::test]
async fn the_end_of_stdout_is_the_result_where_the_file_has_none() {
    assert_eq!(loss(sh("echo training; echo 0.25")).await, 0.25);
    assert_eq!(loss(sh("printf 1e-3")).await, 1e-3);
    assert_eq!(loss(sh(r#"echo '{"loss": 0.5, "f1": 0.7}'; echo done >&2"#)).await, 0.5);
    assert_eq!(loss(python("import json; print(json.dumps({'loss': 0.75}))")).await, 0.75);
}

#[tokio::test]
async fn reports_arrive_while_it_runs() {
    let run = sh(r#"echo '{"step": 1, "loss": 0.9}' >> "$TUNEWRIGHT_RESULT"; sleep 5; echo 1"#);
    let (controls, mut reports) = controls();
    let kill = controls.kill.clone();
    let running = tokio::spawn(async move { run_trial(&run, &controls).await });
    let report = tokio::time::timeout(Duration::from_secs(3), reports.recv()).await.expect("in time");
    assert_eq!(report.expect("a report").step, 1);
    assert!(!running.is_finished());
    kill.cancel();
    assert_eq!(running.await.expect("ended").verdict, Verdict::Ended);
}

#[tokio::test]
async fn a_loss_that_is_no_finite_number_or_is_missing_is_no_loss() {
    for (script, says) in [
        ("echo nan", "the loss must be a finite number, not `nan`"),
        (r#"echo '{"loss": NaN}' > $TUNEWRIGHT_RESULT"#, "the loss must be a finite number, not `NaN`"),
        (r#"echo '{"loss": -Infinity}'"#, "the loss must be a finite number, not `-Infinity`"),
        (r#"echo '{"accuracy": 1}'"#, "the result has no `loss`"),
        ("echo finished", "ended without a loss; write a line such as"),
        ("true", "ended without a loss; write a line such as"),
        (
            r#"echo '{"step": 4, "loss": 1}' > $TUNEWRIGHT_RESULT"#,
            "ended without a result after reporting step 4",
        ),
        (r#"echo '{"loss": 1, "status": "new"}'"#, "the status must be `ok`"),
    ] {
        let (reason, message) = failure(sh(script)).await;
        assert_eq!(reason, EndReason::NoLoss, "{script}");
        assert!(message.starts_with(says), "{script}: {message}");
    }
}

#[tokio::test]
async fn lines_that_are_not_understood_are_noted() {
    let finished = finished(sh("echo 'loss is 3' > $TUNEWRIGHT_RESULT; echo 2")).await;
    assert!(matches!(finished.verdict, Verdict::Completed { loss: 2.0, .. }));
    assert!(
        finished.output.contains("tunewright: the line `loss is 3` of the result file is not understood")
    );
}

#[tokio::test]
async fn an_exit_code_and_a_signal_are_told_with_the_last_words() {
    let script = r#"echo '{"loss": 0.1}' > $TUNEWRIGHT_RESULT; echo first >&2; echo last words >&2; exit 3"#;
    assert_eq!(
        failure(sh(script)).await,
        (EndReason::ObjectiveError, "exited with code 3: last words".to_owned())
    );
    assert_eq!(
        failure(sh("kill -SEGV $$")).await,
        (EndReason::ObjectiveError, "ended by signal SIGSEGV".to_owned())
    );
    assert_eq!(
        failure(python("raise ValueError('too deep')")).await,
        (EndReason::ObjectiveError, "exited with code 1: ValueError: too deep".to_owned())
    );
}

#[tokio::test]
async fn a_status_that_the_script_reports_is_its_end() {
    let fail = sh(r#"echo '{"status": "fail", "message": "diverged"}' > $TUNEWRIGHT_RESULT"#);
    assert_eq!(failure(fail).await, (EndReason::ObjectiveError, "diverged".to_owned()));
    let infeasible = sh(r#"echo '{"status": "infeasible"}'"#);
    assert_eq!(failure(infeasible).await.0, EndReason::Infeasible);
    let pruned = finished(sh(r#"echo '{"status": "pruned", "loss": 0.5}'"#)).await;
    assert_eq!(pruned.verdict, Verdict::Pruned { loss: Some(0.5), metrics: [].into(), heeded: Map::new() });
}

#[tokio::test]
async fn want_of_memory_is_told_from_other_ends() {
    let (reason, message) = failure(python("raise MemoryError")).await;
    assert_eq!((reason, message.as_str()), (EndReason::OutOfMemory, "exited with code 1: MemoryError"));
    let (reason, message) = failure(sh("exit 137")).await;
    assert_eq!((reason, message.as_str()), (EndReason::OutOfMemory, "exited with code 137"));
    let (reason, message) = failure(sh("kill -KILL $$")).await;
    assert_eq!((reason, message.as_str()), (EndReason::ObjectiveError, "ended by signal SIGKILL"));
}

#[tokio::test]
async fn a_timeout_ends_the_whole_group_also_what_ignores_sigterm() {
    let (_directory, file) = room();
    let script =
        format!("(trap '' TERM; sh -c 'echo $$ > {0}; while :; do sleep 1; done') & wait", file.display());
    let mut run = sh(&script);
    run.timeout = Some(Duration::from_millis(700));
    let begun = Instant::now();
    let (reason, message) = failure(run).await;
    assert_eq!((reason, message.as_str()), (EndReason::Timeout, "ran longer than 700 ms"));
    assert!(begun.elapsed() >= Duration::from_millis(700));
    assert!(is_gone(&text_of(&file).await).await);
    let mut run =
        python("import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)");
    run.timeout = Some(Duration::from_millis(500));
    assert_eq!(failure(run).await.0, EndReason::Timeout);
}

#[tokio::test]
async fn descendants_do_not_outlive_the_trial() {
    let (_directory, file) = room();
    let script = format!("(sleep 60 & echo $! > {}; wait) & sleep 0.3; echo 0.5", file.display());
    let begun = Instant::now();
    assert_eq!(loss(sh(&script)).await, 0.5);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(is_gone(&text_of(&file).await).await);
}

#[tokio::test]
async fn a_kill_or_a_dropped_run_ends_the_group() {
    for dropped in [false, true] {
        let (_directory, file) = room();
        let run = sh(&format!("sleep 60 & echo $! > {}; wait", file.display()));
        let (controls, _reports) = controls();
        let kill = controls.kill.clone();
        let running = tokio::spawn(async move { run_trial(&run, &controls).await });
        let pid = text_of(&file).await;
        if dropped {
            running.abort();
            assert!(running.await.expect_err("aborted").is_cancelled());
        } else {
            kill.cancel();
            assert_eq!(running.await.expect("ended").verdict, Verdict::Ended);
        }
        assert!(is_gone(&pid).await);
    }
}

#[tokio::test]
async fn a_stop_is_a_file_and_then_a_signal_and_the_trial_is_pruned() {
    let polite = "while [ ! -e \"$TUNEWRIGHT_STOP\" ]; do sleep 0.05; done; echo 0.4";
    let deaf = r#"echo '{"step": 2, "loss": 0.6}' > $TUNEWRIGHT_RESULT; while :; do sleep 0.05; done"#;
    for (script, loss) in [(polite, 0.4), (deaf, 0.6)] {
        let run = sh(script);
        let (controls, _reports) = controls();
        let stop = controls.stop.clone();
        let running = tokio::spawn(async move { run_trial(&run, &controls).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.cancel();
        let verdict = running.await.expect("ended").verdict;
        assert_eq!(verdict, Verdict::Pruned { loss: Some(loss), metrics: [].into(), heeded: Map::new() });
    }
}

#[tokio::test]
async fn a_drain_ends_it_with_the_checkpoint_written_in_the_grace() {
    let (_directory, file) = room();
    let script = format!(
        r#"trap 'echo "{{\"step\": 9, \"checkpoint\": \"c9\"}}" >> $TUNEWRIGHT_RESULT; exit 1' TERM
        echo $$ > {}; while :; do sleep 0.05; done"#,
        file.display()
    );
    let mut run = sh(&script);
    run.graces.terminate = Duration::from_secs(5);
    run.resume = Some(ResumeHint { step: 4, checkpoint_uri: "c4".to_owned() });
    let (controls, _reports) = controls();
    let end = controls.end.clone();
    let running = tokio::spawn(async move { run_trial(&run, &controls).await });
    text_of(&file).await;
    end.cancel();
    let finished = running.await.expect("ended");
    assert_eq!(finished.verdict, Verdict::Ended);
    assert_eq!(finished.resume, Some(ResumeHint { step: 9, checkpoint_uri: "c9".to_owned() }));
}

#[tokio::test]
async fn a_command_that_cannot_be_started_says_so() {
    let (reason, message) = failure(run_of(&["/nowhere/to/be/found"])).await;
    assert_eq!(reason, EndReason::StartFailed);
    assert!(message.starts_with("cannot start `/nowhere/to/be/found`: No such file"), "{message}");
    let (reason, message) = failure(run_of(&["echo", "{foo}"])).await;
    assert_eq!(reason, EndReason::StartFailed);
    assert!(message.starts_with("command: `{foo}` is not a parameter of the study"), "{message}");
}

#[tokio::test]
async fn parameters_arrive_in_every_form() {
    let script = r#"
import json, os, sys
e = os.environ
config = json.load(open(e["TUNEWRIGHT_PARAMS_FILE"]))
assert config == json.loads(e["TUNEWRIGHT_PARAMS"]) == {"lr": 0.5, "model": {"name": "svm", "depth": 3}}
assert json.loads(e["TUNEWRIGHT_POINT"]) == {"lr": 0.5, "model.depth": 3, "kind": "svm"}
assert (e["TUNEWRIGHT_PARAM_LR"], e["TUNEWRIGHT_PARAM_MODEL_DEPTH"], e["TUNEWRIGHT_PARAM_KIND"]) == ("0.5", "3", "svm")
names = ["PROJECT", "STUDY", "TRIAL", "ATTEMPT", "WORKER", "SLOT", "RESUME_STEP", "RESUME_CHECKPOINT"]
assert [e["TUNEWRIGHT_" + n] for n in names] == ["default", "digits", "7", "2", "w1", "1", "5", "c5"]
assert e["CUDA_VISIBLE_DEVICES"] == "2" and e["EXTRA"] == "yes"
assert sys.stdin.read() == "" and os.getpgid(0) == os.getpid()
assert sys.argv[1:] == ["--lr=0.5", "3", "", "svm"], sys.argv
print(json.dumps({"loss": 0.5}))
"#;
    let script = script.replace('{', "{{").replace('}', "}}");
    let mut run =
        run_of(&["python3", "-c", &script, "--lr={lr}", "{model.depth}", "{model.gamma}", "{kind}"]);
    run.labels = BTreeSet::from(["model.gamma".to_owned()]);
    run.resume = Some(ResumeHint { step: 5, checkpoint_uri: "c5".to_owned() });
    run.gpus = Some("2".to_owned());
    run.env = vec![("EXTRA".to_owned(), "yes".to_owned())];
    assert_eq!(loss(run).await, 0.5);
}

#[tokio::test]
async fn a_configuration_too_large_for_the_environment_is_in_the_file() {
    let script = "import json, os; assert 'TUNEWRIGHT_PARAMS' not in os.environ\n\
                  print(len(json.load(open(os.environ['TUNEWRIGHT_PARAMS_FILE']))['text']))";
    let mut run = python(script);
    run.config = serde_json::json!({"text": "x".repeat(500_000)});
    assert_eq!(loss(run).await, 500_000.0);
}

#[tokio::test]
async fn much_output_keeps_its_end_and_invalid_utf8_is_mended() {
    let much =
        finished(python("import sys; sys.stdout.write('x' * (1 << 20)); print('\\nend'); print(0.5)")).await;
    assert!(matches!(much.verdict, Verdict::Completed { loss: 0.5, .. }));
    assert_eq!(much.output.len(), OUTPUT_MAX);
    assert!(much.output.ends_with("xxx\nend\n0.5\n"));
    let bytes = finished(sh(r"printf 'a\377b\n0.5\n'")).await;
    assert!(matches!(bytes.verdict, Verdict::Completed { loss: 0.5, .. }));
    assert_eq!(bytes.output, "a\u{fffd}b\n0.5\n");
}

#[tokio::test]
async fn no_file_is_left_behind() {
    let (_directory, file) = room();
    let run = sh(&format!("dirname $TUNEWRIGHT_RESULT > {}; echo 1", file.display()));
    assert_eq!(loss(run).await, 1.0);
    assert!(!Path::new(&text_of(&file).await).exists());
}
