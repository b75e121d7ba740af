//! The in-process worker.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tunewright::{LeasedTrial, Status, TrialFilter, TrialState};

use super::study;

fn x_of(trial: &LeasedTrial) -> Result<f64, tunewright::Error> {
    #[derive(serde::Deserialize)]
    struct Config {
        x: f64,
    }
    trial.config_as::<Config>().map(|config| config.x)
}

#[tokio::test]
async fn a_run_fills_its_slots_until_the_study_ends() {
    let (_server, study) = study(12).await;
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let run = study.run_until(3, CancellationToken::new(), |trial: LeasedTrial| {
        let (running, most) = (Arc::clone(&running), Arc::clone(&most));
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(Duration::from_millis(30)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            x_of(&trial).map(|x| x * x)
        }
    });
    let summary = timeout(Duration::from_secs(30), run).await.expect("it ends").expect("it works");
    assert_eq!((summary.completed, summary.failed, summary.lost), (12, 0, 0));
    assert_eq!(summary.ended.as_deref(), Some("max_trials"));
    assert_eq!(most.load(Ordering::SeqCst), 3, "all slots are used and no more");
    let info = study.info().await.expect("it");
    assert_eq!(info.status, Status::Completed);
    for trial in study.trials(&TrialFilter::default()).await.expect("all") {
        let x = trial.point.get("x").and_then(tunewright::ParamValue::as_f64).expect("a float");
        assert_eq!(trial.loss, Some(x * x), "each loss belongs to its point");
    }
}

#[tokio::test]
async fn errors_panics_and_nan_fail_their_trials_only() {
    let (_server, study) = study(8).await;
    let run = study.run_blocking(2, |trial: LeasedTrial| match trial.number().0 {
        0 => Err("it diverged".to_owned()),
        1 => panic!("out of bounds"),
        2 => Ok(f64::NAN),
        _ => Ok(1.0),
    });
    let summary = timeout(Duration::from_secs(30), run).await.expect("it ends").expect("it works");
    assert_eq!((summary.completed, summary.failed), (5, 3));
    let failed = TrialFilter { states: vec![TrialState::Failed] };
    let messages = study.trials(&failed).await.expect("three").into_iter().map(|trial| trial.message);
    assert_eq!(
        messages.collect::<Vec<_>>(),
        [
            "it diverged",
            "the objective panicked: out of bounds",
            "the loss must be a finite number, not `NaN`"
        ]
    );
}

#[tokio::test]
async fn a_stopped_run_gives_its_trials_back() {
    let (_server, study) = study(8).await;
    let stop = CancellationToken::new();
    let started = Arc::new(AtomicUsize::new(0));
    let run = study.run_until(2, stop.clone(), |_: LeasedTrial| {
        if started.fetch_add(1, Ordering::SeqCst) == 1 {
            stop.cancel();
        }
        async {
            sleep(Duration::from_secs(600)).await;
            Ok::<_, String>(0.0)
        }
    });
    let summary = timeout(Duration::from_secs(10), run).await.expect("it ends at once").expect("it works");
    assert_eq!((summary.released, summary.ended), (2, None));
    let trials = study.trials(&TrialFilter::default()).await.expect("both");
    let states: Vec<_> = trials.iter().map(|trial| (trial.state, trial.failures, trial.losses)).collect();
    assert_eq!(states, [(TrialState::Queued, 0, 0), (TrialState::Queued, 0, 0)]);
}
