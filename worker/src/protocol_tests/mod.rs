//! The worker against a scripted server: broken streams, revoked leases, drains, refused and lost answers.

mod stage;

use tokio::time::{Duration, Instant, sleep};
use tonic::Status;
use tunewright_core::{Code, Refusal};
use tunewright_proto::status::to_status;
use tunewright_proto::v1;
use tunewright_proto::v1::attach_worker_response::Message as ToWorker;

use self::stage::{Play, Seen, Stage, appears, lease, listen, serve};
use crate::{Shutdown, WorkerConfig, WorkerError, WorkerSummary, run};

#[tokio::test]
async fn a_trial_is_run_and_told_and_its_slot_is_free_again() {
    let script = r#"echo '{"step": 1, "loss": 2}' >> $TUNEWRIGHT_RESULT; echo $TUNEWRIGHT_TRIAL.5"#;
    let mut play = Play::begin(script, |_, config| config.slots = 2).await;
    let hello = play
        .see(|seen| match seen {
            Seen::Attached(hello) => Some(hello.clone()),
            _ => None,
        })
        .await;
    assert_eq!((hello.slots, hello.pools.len()), (2, 0));
    play.see_exactly(Seen::Free(2, 0)).await;
    play.assign(1, 7).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    play.see_exactly(Seen::Reported(7, 1)).await;
    play.see_exactly(Seen::Completed(7, 7.5)).await;
    play.see_exactly(Seen::Free(2, 1)).await;
    play.shutdown.drain.cancel();
    assert_eq!(play.ended().await, Ok(WorkerSummary { completed: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn more_assignments_than_slots_are_given_back_and_repeated_ones_ignored() {
    let directory = tempfile::tempdir().expect("a directory");
    let go = directory.path().join("go");
    let script = format!("while [ ! -e {} ]; do sleep 0.05; done; echo 1", go.display());
    let mut play = Play::begin(&script, |_, _| {}).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 1).await;
    play.assign(2, 1).await;
    play.assign(3, 2).await;
    play.see_exactly(Seen::Released(2, None)).await;
    play.see_exactly(Seen::Heartbeat(vec![1])).await;
    std::fs::write(&go, "").expect("written");
    play.see_exactly(Seen::Completed(1, 1.0)).await;
    play.see_exactly(Seen::Free(1, 3)).await;
    play.shutdown.drain.cancel();
    let expected = WorkerSummary { completed: 1, released: 1, ..WorkerSummary::default() };
    assert_eq!(play.ended().await, Ok(expected));
}

#[tokio::test]
async fn a_result_is_told_until_the_server_takes_it() {
    let mut play = Play::begin("echo 1", |stage, config| {
        config.max_trials = Some(2);
        let unavailable = to_status(&Refusal::unavailable("the store is away", 50));
        *stage.failures.lock().expect("not poisoned") =
            vec![unavailable.clone(), Status::unknown("transport error"), unavailable];
    })
    .await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 1).await;
    play.see_exactly(Seen::Completed(1, 1.0)).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    let lost = to_status(&Refusal::lease_lost("leased to another"));
    play.stage.failures.lock().expect("not poisoned").push(lost);
    play.assign(2, 2).await;
    let expected = WorkerSummary { completed: 1, lost: 1, ..WorkerSummary::default() };
    assert_eq!(play.ended().await, Ok(expected));
}

#[tokio::test]
async fn a_server_that_was_killed_finds_the_trials_still_running() {
    let directory = tempfile::tempdir().expect("a directory");
    let go = directory.path().join("go");
    let script = format!("while [ ! -e {} ]; do sleep 0.05; done; echo 1", go.display());
    let mut play = Play::begin(&script, |_, config| config.slots = 2).await;
    play.see_exactly(Seen::Free(2, 0)).await;
    play.assign(1, 4).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    play.server.1.cancel();
    while !play.server.0.is_finished() {
        sleep(Duration::from_millis(10)).await;
    }
    std::fs::write(&go, "").expect("written");
    sleep(Duration::from_millis(700)).await;
    play.server = serve(play.stage.clone(), listen(play.address));
    // The result and the new stream come in either order.
    let (mut attached, mut completed) = (0, 0);
    play.see(|seen| {
        attached += u32::from(matches!(seen, Seen::Attached(_)));
        completed += u32::from(*seen == Seen::Completed(4, 1.0));
        (attached == 1 && completed == 1).then_some(())
    })
    .await;
    play.shutdown.drain.cancel();
    assert_eq!(play.ended().await.expect("ended").completed, 1);
}

#[tokio::test]
async fn a_broken_stream_is_opened_again_with_the_live_leases() {
    let mut play = Play::begin("sleep 60", |_, config| config.slots = 2).await;
    play.see_exactly(Seen::Free(2, 0)).await;
    play.assign(1, 4).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    let stream = play.stage.stream.lock().expect("not poisoned").take().expect("attached");
    stream.send(Err(Status::unavailable("going away"))).await.expect("sent");
    drop(stream);
    play.see(|seen| matches!(seen, Seen::Attached(_)).then_some(())).await;
    let next = play.see(|seen| Some(seen.clone())).await;
    assert_eq!(next, Seen::Heartbeat(vec![4]));
    // Sequences begin anew on a new stream.
    assert_eq!(play.see(|seen| Some(seen.clone())).await, Seen::Free(1, 0));
    play.shutdown.abort.cancel();
    assert_eq!(play.ended().await.expect("ended").lost, 1);
}

#[tokio::test]
async fn a_revoked_trial_is_killed_and_forgotten() {
    let directory = tempfile::tempdir().expect("a directory");
    let begun = directory.path().join("begun");
    let mut play =
        Play::begin(&format!("touch {}; trap '' TERM; sleep 60", begun.display()), |_, _| {}).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    appears(&begun).await;
    let lost =
        v1::LostLease { lease: Some(lease(3)), code: "closed".to_owned(), message: "cancelled".to_owned() };
    play.send(ToWorker::Revoked(lost)).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    play.shutdown.drain.cancel();
    assert_eq!(play.ended().await, Ok(WorkerSummary { lost: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_drain_waits_and_then_releases_with_the_last_checkpoint() {
    let script = r#"echo '{"step": 5, "checkpoint": "c5"}' >> $TUNEWRIGHT_RESULT; sleep 60"#;
    let mut play = Play::begin(script, |_, config| config.drain_grace = Duration::from_millis(500)).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    play.see_exactly(Seen::Reported(3, 5)).await;
    let begun = Instant::now();
    play.send(ToWorker::Drain(v1::DrainNotice { reason: "a test".to_owned() })).await;
    let resume = v1::ResumeHint { step: 5, checkpoint_uri: "c5".to_owned() };
    play.see_exactly(Seen::Released(3, Some(resume))).await;
    assert!(begun.elapsed() >= Duration::from_millis(500));
    assert_eq!(play.ended().await, Ok(WorkerSummary { released: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_drained_worker_lets_its_trials_finish_in_their_grace() {
    let mut play = Play::begin("sleep 0.7; echo 2", |_, _| {}).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    play.see_exactly(Seen::Heartbeat(vec![3])).await;
    play.shutdown.drain.cancel();
    play.see_exactly(Seen::Completed(3, 2.0)).await;
    assert_eq!(play.ended().await, Ok(WorkerSummary { completed: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_report_of_a_lost_attempt_ends_the_trial() {
    let script = r#"echo '{"step": 1}' >> $TUNEWRIGHT_RESULT; sleep 60"#;
    let closed = |stage: &mut Stage, _: &mut WorkerConfig| {
        stage.failures.lock().expect("not poisoned").push(to_status(&Refusal::closed("cancelled")));
    };
    let mut play = Play::begin(script, closed).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    play.see_exactly(Seen::Free(0, 1)).await;
    play.see_exactly(Seen::Free(1, 1)).await;
    play.shutdown.drain.cancel();
    assert_eq!(play.ended().await, Ok(WorkerSummary { lost: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_result_that_the_server_calls_invalid_fails_the_trial() {
    let invalid = |stage: &mut Stage, config: &mut WorkerConfig| {
        config.max_trials = Some(1);
        let refusal = Refusal::invalid("metrics", "must be at most 1000");
        stage.failures.lock().expect("not poisoned").push(to_status(&refusal));
    };
    let mut play = Play::begin("echo 1", invalid).await;
    play.see_exactly(Seen::Free(1, 0)).await;
    play.assign(1, 3).await;
    let message = "the server refused the result: metrics: must be at most 1000".to_owned();
    play.see_exactly(Seen::Failed(3, v1::EndReason::ObjectiveError, message)).await;
    assert_eq!(play.ended().await, Ok(WorkerSummary { failed: 1, ..WorkerSummary::default() }));
}

#[tokio::test]
async fn a_worker_that_is_not_let_in_says_so_and_an_idle_one_ends() {
    let barred = Refusal::new(Code::Unauthenticated, "a token is needed");
    let play = Play::begin("echo 1", |stage, _| stage.barred = Some(barred.clone())).await;
    assert_eq!(play.ended().await, Err(WorkerError::Refused(barred)));
    let play =
        Play::begin("echo 1", |_, config| config.exit_when_idle = Some(Duration::from_millis(300))).await;
    assert_eq!(play.ended().await, Ok(WorkerSummary::default()));
    let config = WorkerConfig::new(vec!["127.0.0.1:1".to_owned()], vec![]);
    let refused = run(config, Shutdown::default()).await.expect_err("no command");
    assert_eq!(refused.to_string(), "command: must not be empty");
}
