//! Faults: processes killed while a study runs.

mod chaos;
mod failover;
mod failpoints;
mod results_spooled;
mod server_killed;
mod several_addresses;
mod store_away;
mod takeover;
mod worker_drained;
mod worker_killed;
mod worker_paused;

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};
use tunewright::{Client, ConnectOptions, Study, TrialFilter};
use tunewright_core::space::Space;
use tunewright_core::study::{Budget, Status, StudyRef, StudySpec, TrialState};
use tunewright_proto::convert::{StudyInfo, TrialInfo};

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(90);

/// Runs of the fault suite use up a core: one after the other, so that the tests beside them have the rest.
static ALONE: Mutex<()> = Mutex::const_new(());

/// A study over one real parameter, with leases of two seconds.
fn spec(max_trials: u64) -> StudySpec {
    let space: Space =
        serde_json::from_value(serde_json::json!({"x": {"type": "uniform", "low": -1.0, "high": 1.0}}))
            .expect("a space");
    let mut spec: StudySpec = serde_json::from_value(serde_json::json!({"space": space})).expect("a spec");
    spec.budget = Budget { max_trials: Some(max_trials), ..Budget::default() };
    spec.lease_ttl_ms = 2_000;
    spec
}

async fn create(url: &str, name: &str, max_trials: u64) -> Study {
    let client = Client::connect_with(ConnectOptions::to(url)).await.expect("the server answers");
    let study: StudyRef = name.parse().expect("a name");
    client.create_study(&study, &spec(max_trials)).await.expect("created");
    client.study(study)
}

/// Waits until something is there.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} never came");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until the study has ended.
async fn ended(study: &Study) -> StudyInfo {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Ok(info) = study.info().await
            && info.status.is_terminal()
        {
            return info;
        }
        assert!(Instant::now() < deadline, "the study does not end: {:?}", study.info().await);
        sleep(Duration::from_millis(50)).await;
    }
}

pub async fn trials(study: &Study) -> Vec<TrialInfo> {
    study.trials(&TrialFilter::default()).await.expect("trials")
}

/// Every trial of the budget is there, completed, with exactly one attempt that brought the result.
async fn assert_each_counted_once(study: &Study, max_trials: u64) {
    let info = ended(study).await;
    assert_eq!(info.status, Status::Completed);
    assert_eq!(info.counts.completed, max_trials);
    let trials = trials(study).await;
    let numbers: Vec<u64> = trials.iter().map(|trial| trial.number.0).collect();
    assert_eq!(numbers, (0..max_trials).collect::<Vec<_>>());
    for trial in &trials {
        assert_eq!(trial.state, TrialState::Completed, "{trial:?}");
        let brought = trial.attempts.iter().filter(|attempt| attempt.reason.is_none()).count();
        assert_eq!(brought, 1, "{trial:?}");
    }
}
