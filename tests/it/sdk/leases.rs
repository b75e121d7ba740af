//! Leases: renewed, lost, given back.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use tunewright::{Code, Metrics, TrialState};

use super::{connect, name, spec, study};
use crate::support::in_process::InProcess;

#[test]
fn an_objective_that_blocks_its_runtime_keeps_its_trial() {
    let servers = tokio::runtime::Runtime::new().expect("a runtime");
    let server = servers.block_on(InProcess::start());
    let clients = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    clients.block_on(async {
        let client = connect(&server, "me").await;
        client.create_study(&name(), &spec(5)).await.expect("a study");
        let study = client.study(name());
        let trial = study.ask(1).await.expect("a trial").trials.remove(0);
        // Three times the lease's life.
        std::thread::sleep(Duration::from_secs(3));
        let told = trial.complete(1.0, Metrics::new(), "").await.expect("it counts");
        assert!(!told.late);
        let trial = study.trial(trial.number()).await.expect("it").trial;
        assert_eq!((trial.attempt, trial.losses), (1, 0));
    });
    servers.block_on(server.stop());
}

#[tokio::test]
async fn a_cancelled_trial_is_lost_with_its_next_heartbeat() {
    let (_server, study) = study(5).await;
    let trial = study.ask(1).await.expect("a trial").trials.remove(0);
    assert!(!trial.is_lost());
    study.cancel(trial.number()).await.expect("cancelled");
    timeout(Duration::from_secs(5), trial.lost().cancelled()).await.expect("told within a heartbeat or two");
    let reason = trial.lost_reason().expect("a reason");
    assert!(matches!(reason.code, Code::LeaseLost | Code::Closed), "{reason}");
    let error = trial.complete(1.0, Metrics::new(), "").await.expect_err("it does not count");
    assert!(error.is_lease_lost(), "{error}");
}

#[tokio::test]
async fn a_dropped_trial_is_given_back_and_no_failure_counted() {
    let (_server, study) = study(5).await;
    let dropped = study.ask(1).await.expect("a trial").trials.remove(0);
    let number = dropped.number();
    drop(dropped);
    let mut trial = study.trial(number).await.expect("it").trial;
    for _ in 0..50 {
        if trial.state == TrialState::Queued {
            break;
        }
        sleep(Duration::from_millis(20)).await;
        trial = study.trial(number).await.expect("it").trial;
    }
    assert_eq!(trial.state, TrialState::Queued, "given back long before its lease ends");
    assert_eq!((trial.failures, trial.losses), (0, 0));
    let again = study.ask(1).await.expect("the same trial").trials.remove(0);
    assert_eq!((again.number(), again.attempt()), (number, 2));
}

#[tokio::test]
async fn a_kept_trial_is_neither_renewed_nor_given_back() {
    let (_server, study) = study(5).await;
    let kept = study.ask(1).await.expect("a trial").trials.remove(0).keep();
    sleep(Duration::from_millis(300)).await;
    let number = kept.lease.trial;
    assert_eq!(study.trial(number).await.expect("it").trial.state, TrialState::Running);
    let expired = async {
        while study.trial(number).await.expect("it").trial.losses == 0 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(5), expired).await.expect("its lease expires");
}
