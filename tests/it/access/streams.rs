//! Streams: a token that is good no more ends them, and a worker gets trials only of projects that it may run.

use std::time::{Duration, Instant};

use tonic::{Code, Streaming};
use tunewright_proto::v1;
use tunewright_proto::v1::attach_worker_request::Message as ToServer;
use tunewright_proto::v1::attach_worker_response::Message as ToWorker;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::worker_service_client::WorkerServiceClient;

use super::bench::{Bench, study, with};

const PATIENCE: Duration = Duration::from_secs(20);

async fn next<T>(stream: &mut Streaming<T>) -> Result<Option<T>, tonic::Status> {
    tokio::time::timeout(PATIENCE, stream.message()).await.expect("in time")
}

/// A worker with free slots, and what it says goes on for as long as it lives.
async fn attach(
    bench: &Bench,
    token: &str,
) -> (tokio::sync::mpsc::Sender<v1::AttachWorkerRequest>, Streaming<v1::AttachWorkerResponse>) {
    let (sender, messages) = tokio::sync::mpsc::channel(8);
    let hello = v1::WorkerHello { worker_id: "w".to_owned(), slots: 4, ..Default::default() };
    let free = v1::FreeSlots { count: 4, received: 0 };
    for message in [ToServer::Hello(hello), ToServer::FreeSlots(free)] {
        sender.send(v1::AttachWorkerRequest { message: Some(message) }).await.expect("room");
    }
    let messages = tokio_stream::wrappers::ReceiverStream::new(messages);
    let mut workers = WorkerServiceClient::new(bench.channel.clone());
    let stream = workers.attach_worker(with(messages, Some(token))).await.expect("attached");
    (sender, stream.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_gets_trials_only_of_its_projects() {
    let bench = Bench::new().await;
    // By its name it would come first.
    for project in ["audio", "vision", "web"] {
        bench.create(project, "digits").await;
    }
    let token = bench.token(&["worker:run@vision"], 0).await.secret;
    let (_sender, mut stream) = attach(&bench, &token).await;
    let mut studies = Vec::new();
    while studies.len() < 4 {
        let message = next(&mut stream).await.expect("no error").and_then(|it| it.message);
        if let Some(ToWorker::Assignment(given)) = message {
            let lease = given.assignment.and_then(|it| it.lease).expect("a lease");
            studies.push(lease.study);
        }
    }
    assert_eq!(studies, vec![study("vision", "digits"); 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_token_ends_its_streams() {
    let bench = Bench::new().await;
    bench.create("vision", "digits").await;
    let made = bench.token(&["worker:run@vision", "study:read@vision"], 0).await;
    let (_sender, mut attached) = attach(&bench, &made.secret).await;
    let watch = async |token: &str| {
        let mut studies = StudyServiceClient::new(bench.channel.clone());
        let watch = v1::WatchStudyRequest { study: study("vision", "digits") };
        studies.watch_study(with(watch, Some(token))).await.expect("watched").into_inner()
    };
    let mut watched = watch(&made.secret).await;
    next(&mut watched).await.expect("the study as it is").expect("a message");

    let asked = Instant::now();
    bench.revoke(&made.token.expect("told").id).await;
    let ended = loop {
        if let Err(status) = next(&mut attached).await {
            break status;
        }
    };
    assert_eq!((ended.code(), ended.message()), (Code::Unauthenticated, "the token was revoked"));
    let ended = loop {
        if let Err(status) = next(&mut watched).await {
            break status;
        }
    };
    assert_eq!(ended.code(), Code::Unauthenticated);
    assert!(asked.elapsed() < Duration::from_secs(5), "at once");

    let brief = bench.token(&["study:read@vision"], 300).await.secret;
    let mut watched = watch(&brief).await;
    let ended = loop {
        if let Err(status) = next(&mut watched).await {
            break status;
        }
    };
    assert_eq!((ended.code(), ended.message()), (Code::Unauthenticated, "the token has expired"));
}
