//! A watcher that does not read what it asked for.

use tokio::task::JoinSet;
use tokio::time::timeout;
use tonic::Streaming;
use tonic::transport::Endpoint;
use tunewright::{Client, ConnectOptions, Metrics, StudySpec};
use tunewright_proto::v1;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::watch_study_response::Event;

use super::SOON;
use crate::support::in_process::InProcess;

const CALLERS: usize = 50;
/// Together more events than the server keeps for a watcher, and than fit on their way to it.
const ROUNDS: usize = 100;

/// The next event, which comes soon.
async fn next(events: &mut Streaming<v1::WatchStudyResponse>) -> Event {
    let answer = timeout(SOON, events.message()).await.expect("in time").expect("no refusal");
    answer.and_then(|answer| answer.event).expect("the stream goes on")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_keeps_nobody_waiting_and_hears_of_the_gap() {
    let server = InProcess::start().await;
    let client = Client::connect_with(ConnectOptions::to(&server.url)).await.expect("connected");
    let spec: StudySpec = serde_json::from_value(serde_json::json!({
        "space": {"x": {"type": "uniform", "low": 0.0, "high": 1.0}}, "algorithm": "random",
    }))
    .expect("a spec");
    let name = "watched".parse().expect("a name");
    client.create_study(&name, &spec).await.expect("created");
    let study = client.study(name);

    // Little fits on its way, as to somebody far off.
    let endpoint =
        Endpoint::from_shared(server.url.clone()).expect("a URL").initial_stream_window_size(65_535);
    let mut watching = StudyServiceClient::new(endpoint.connect().await.expect("connected"));
    let watched = Some(v1::StudyRef { project: String::new(), name: "watched".to_owned() });
    let watched = v1::WatchStudyRequest { study: watched };
    let mut events = watching.watch_study(watched).await.expect("watching").into_inner();
    assert!(matches!(next(&mut events).await, Event::Study(_)), "first the study as it is");

    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let study = study.clone();
        callers.spawn(async move {
            for _ in 0..ROUNDS {
                let trial = study.ask(1).await.expect("asked").trials.remove(0);
                trial.complete(0.5, Metrics::new(), "").await.expect("completed");
            }
        });
    }
    while let Some(done) = timeout(SOON * 3, callers.join_next()).await.expect("nobody waits for it") {
        done.expect("no panic");
    }

    let trials = (CALLERS * ROUNDS) as u64;
    let last = study.ask(1).await.expect("asked").trials.remove(0).number().0;
    let (mut heard, mut missed) = (0, 0);
    loop {
        match next(&mut events).await {
            Event::Trial(event) if event.number == last => break,
            Event::Trial(_) => heard += 1,
            // It has begun.
            Event::Study(_) => {}
            Event::Gap(count) => {
                missed += count;
                let Event::Study(study) = next(&mut events).await else {
                    panic!("the study as it is follows")
                };
                assert_eq!(study.counts.expect("counts").completed, trials, "all that was missed is in it");
            }
            other @ Event::Report(_) => panic!("{other:?}"),
        }
    }
    assert!(heard > 0 && missed > 0, "{heard} heard, {missed} missed");
    // A lease and a result of each; the study's own events are missed as well.
    assert!((2 * trials..2 * trials + 3).contains(&(heard + missed)), "{heard} heard, {missed} missed");
}
