//! Asking and telling.

use tunewright::{Code, EndReason, Metrics, Point, Status, TrialFilter, TrialState, UpdateStudy};
use tunewright_core::space::ParamValue;
use tunewright_proto::v1;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;

use super::{connect, name, spec, study};
use crate::support::in_process::InProcess;

#[tokio::test]
async fn a_study_is_created_once_and_told_to_its_end() {
    let (_server, study) = study(3).await;
    let client = study.client();
    let (info, created) = client.create_study(&name(), &spec(3)).await.expect("the same study");
    assert!(!created);
    assert_eq!((info.status, info.spec), (Status::Active, spec(3)));
    let other = client.create_study(&name(), &spec(4)).await.expect_err("another definition");
    assert_eq!(other.code(), Code::AlreadyExists);

    let asked = study.ask(2).await.expect("trials");
    assert_eq!(asked.trials.iter().map(|trial| trial.number().0).collect::<Vec<_>>(), [0, 1]);
    for trial in &asked.trials {
        let x: f64 = serde_json::from_value(trial.config()["x"].clone()).expect("a number");
        assert!((-1.0..=1.0).contains(&x));
        let loss = 1.0 + trial.number().0 as f64;
        assert!(!trial.report(1, 9.0, Metrics::new()).await.expect("noted").stop);
        let metrics = Metrics::from([("size".to_owned(), 3.5)]);
        let told = trial.complete(loss, metrics.clone(), "done\n").await.expect("told");
        assert!(!told.duplicate && !told.late && told.durability == "memory");
        assert!(trial.complete(loss, metrics, "done\n").await.expect("the same once more").duplicate);
        let different = trial.complete(loss + 1.0, Metrics::new(), "").await.expect_err("another result");
        assert_eq!(different.code(), Code::Conflict);
    }
    let third = study.ask(5).await.expect("what is left").trials.remove(0);
    assert!(!third.fail(EndReason::ObjectiveError, "no", "").await.expect("told").requeued);
    let last = study.ask(1).await.expect("the end");
    assert!(last.trials.is_empty());
    assert_eq!(last.ended.as_deref(), Some("max_trials"));

    let best = study.best().await.expect("an answer").expect("a best trial");
    assert_eq!((best.trial.number.0, best.trial.loss), (0, Some(1.0)));
    let detail = study.trial(best.trial.number).await.expect("it");
    assert_eq!((detail.output.as_str(), detail.reports.len()), ("done\n", 1));
    assert_eq!(detail.config, best.config);
    let failed = TrialFilter { states: vec![TrialState::Failed] };
    assert_eq!(study.trials(&failed).await.expect("one").len(), 1);
    assert_eq!(study.trials(&TrialFilter::default()).await.expect("all").len(), 3);
}

#[tokio::test]
async fn an_ask_that_is_sent_again_gets_the_same_trials() {
    let (_server, study) = study(10).await;
    let request = v1::AskTrialsRequest {
        study: Some(study.study_ref().into()),
        client_id: "me".to_owned(),
        request_id: "once".to_owned(),
        count: 3,
        reclaim: false,
    };
    let mut trials = TrialServiceClient::new(study.client().transport());
    let first = trials.ask_trials(request.clone()).await.expect("three").into_inner();
    let again = trials.ask_trials(request).await.expect("the same three").into_inner();
    assert_eq!(first.assignments.len(), 3);
    assert_eq!(first, again);
}

#[tokio::test]
async fn a_restarted_program_gets_its_running_trials_back() {
    let (server, study) = study(10).await;
    let held = study.ask(2).await.expect("two").trials;
    held[1].checkpoint(7, "file:///tmp/seven").await.expect("noted");

    let restarted = connect(&server, "me").await.study(name());
    let back = restarted.reclaim(2).await.expect("the same two").trials;
    let numbers =
        |trials: &[tunewright::LeasedTrial]| trials.iter().map(|t| t.lease().clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&back), numbers(&held));
    assert_eq!(back[1].resume().map(|hint| hint.step), Some(7));

    let stranger = connect(&server, "someone-else").await.study(name());
    let other = stranger.reclaim(1).await.expect("a new one").trials;
    assert_eq!(other[0].number().0, 2);
}

#[tokio::test]
async fn a_point_is_enqueued_and_a_study_changed_paused_and_deleted() {
    let (_server, study) = study(1).await;
    let mut point = Point::default();
    point.set("y", ParamValue::Float(0.5));
    assert_eq!(study.enqueue(point).await.expect_err("no such label").code(), Code::Invalid);
    let mut point = Point::default();
    point.set("x", ParamValue::Float(0.5));
    let number = study.enqueue(point.clone()).await.expect("queued");
    let trial = study.ask(1).await.expect("it").trials.remove(0);
    assert_eq!((trial.number(), trial.point()), (number, &point));
    trial.complete(0.0, Metrics::new(), "").await.expect("told");

    let raised = UpdateStudy { max_trials: Some(Some(5)), ..UpdateStudy::default() };
    assert_eq!(study.update(raised).await.expect("reopened").status, Status::Active);
    assert_eq!(study.pause().await.expect("paused").status, Status::Paused);
    assert_eq!(study.resume().await.expect("active").status, Status::Active);
    assert_eq!(study.retry(number).await.expect("once more").0, 1);
    assert_eq!(study.stop(true).await.expect("stopped").status, Status::Stopped);
    assert_eq!(study.client().studies(None).await.expect("one").len(), 1);
    study.delete().await.expect("deleted");
    assert_eq!(study.info().await.expect_err("gone").code(), Code::NotFound);
}

#[tokio::test]
async fn a_wrong_address_and_a_missing_server_are_told_apart() {
    let error = tunewright::Client::connect("ftp://nowhere:1").await.expect_err("no server");
    assert_eq!(error.code(), Code::Invalid);
    let server = InProcess::start().await;
    let url = server.url.clone();
    server.stop().await;
    let options = tunewright::ConnectOptions::to(url).with_deadline(std::time::Duration::from_millis(300));
    let error = tunewright::Client::connect_with(options).await.expect_err("nobody listens");
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.hint().expect("a hint").contains("tunewright serve"), "{error}");
}
