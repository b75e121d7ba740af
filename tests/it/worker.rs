//! Workers of the library against a real server: commands that are run, told, and accounted for.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;
use tunewright::{Client, Status, StudyRef, StudySpec, TrialFilter, TrialNumber, TrialState};
use tunewright_worker::{Shutdown, WorkerConfig, WorkerSummary, run};

use crate::support::in_process::InProcess;

const SOON: Duration = Duration::from_secs(60);

fn spec(max_trials: u64) -> StudySpec {
    serde_json::from_value(json!({
        "space": {
            "x": {"type": "float", "low": -2, "high": 2},
            "model": {"type": "choice", "options": {"a": {"depth": {"type": "int", "low": 1, "high": 4}}, "b": null}},
        },
        "algorithm": "random",
        "budget": {"max_trials": max_trials},
    }))
    .expect("a spec")
}

fn worker(server: &InProcess, study: &StudyRef, script: &str) -> WorkerConfig {
    let words = ["python3", "-c", &script.replace('{', "{{").replace('}', "}}"), "{x}", "{model.a.depth}"];
    let mut config = WorkerConfig::new(vec![server.url.clone()], words.map(str::to_owned).to_vec());
    config.studies = vec![study.to_string()];
    config.exit_when_studies_end = true;
    config.slots = 2;
    config
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_slots_run_a_study_of_a_command_to_its_end() {
    let server = InProcess::start().await;
    let client = Client::connect(server.url.clone()).await.expect("connected");
    let study: StudyRef = "commands".parse().expect("a name");
    client.create_study(&study, &spec(12)).await.expect("created");
    // An inactive parameter in the command is an empty argument.
    let script = "import json, os, sys\n\
        config = json.loads(os.environ['TUNEWRIGHT_PARAMS'])\n\
        assert float(sys.argv[1]) == config['x']\n\
        assert sys.argv[2] == str(config['model'].get('depth', ''))\n\
        print(json.dumps({'loss': config['x'] ** 2, 'slot': int(os.environ['TUNEWRIGHT_SLOT'])}))";
    let ended = timeout(SOON, run(worker(&server, &study, script), Shutdown::default())).await;
    let summary = ended.expect("ended in time").expect("worked");
    assert_eq!(summary, WorkerSummary { completed: 12, ..WorkerSummary::default() });
    let info = client.study(study.clone()).info().await.expect("there");
    assert_eq!((info.status, info.counts.completed), (Status::Completed, 12));
    let trials = client.study(study).trials(&TrialFilter::default()).await.expect("listed");
    let slots: BTreeSet<u64> = trials.iter().map(|trial| trial.metrics["slot"] as u64).collect();
    assert_eq!(slots, [0, 1].into());
    for trial in &trials {
        let x = trial.point.get("x").and_then(|x| x.as_f64()).expect("x");
        assert_eq!(trial.loss, Some(x * x));
        assert_eq!((trial.state, trial.attempts.len()), (TrialState::Completed, 1));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drained_worker_gives_its_trial_to_the_next_with_the_checkpoint() {
    let server = InProcess::start().await;
    let client = Client::connect(server.url.clone()).await.expect("connected");
    let study: StudyRef = "drained".parse().expect("a name");
    client.create_study(&study, &spec(1)).await.expect("created");
    let script = "import json, os, time\n\
        step = int(os.environ.get('TUNEWRIGHT_RESUME_STEP', 0))\n\
        if step == 0:\n\
        \x20   open(os.environ['TUNEWRIGHT_RESULT'], 'a').write('{\"step\": 8, \"checkpoint\": \"c8\"}\\n')\n\
        \x20   time.sleep(60)\n\
        assert os.environ['TUNEWRIGHT_RESUME_CHECKPOINT'] == 'c8'\n\
        print(step)";
    let shutdown = Shutdown::default();
    let mut config = worker(&server, &study, script);
    config.drain_grace = Duration::from_millis(100);
    let first = tokio::spawn(run(config.clone(), shutdown.clone()));
    let handle = client.study(study);
    let reported = async {
        loop {
            if let Ok(detail) = handle.trial(TrialNumber(0)).await
                && !detail.reports.is_empty()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(SOON, reported).await.expect("reported in time");
    shutdown.drain.cancel();
    let summary = timeout(SOON, first).await.expect("ended in time").expect("no panic").expect("worked");
    assert_eq!(summary, WorkerSummary { released: 1, ..WorkerSummary::default() });
    let second = timeout(SOON, run(config, Shutdown::default())).await.expect("in time").expect("worked");
    assert_eq!(second.completed, 1);
    let trial = handle.trial(TrialNumber(0)).await.expect("there").trial;
    assert_eq!(
        (trial.state, trial.loss, trial.attempt, trial.failures),
        (TrialState::Completed, Some(8.0), 2, 0)
    );
    server.stop().await;
}
