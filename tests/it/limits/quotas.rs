//! How much is kept, and how often somebody may call.

use std::time::Duration;

use prost::Message as _;
use tonic::Code;
use tunewright_core::access::Rate;
use tunewright_proto::status::from_status;
use tunewright_proto::v1;
use tunewright_server::{Config, LoadBounds, Quotas, Secret};

use super::LIST;
use crate::access::bench::{Bench, ROOT, create_study, study};
use crate::support::http::get_with;

const CREATE: &str = "tunewright.v1.StudyService/CreateStudy";

async fn bench(config: Config) -> Bench {
    Bench::with(Config { auth: true, admin_token: Secret::parse(ROOT), ..config }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_has_at_most_so_many_studies() {
    let bench =
        bench(Config { quotas: Quotas { studies_per_project: 3, ..Quotas::default() }, ..Config::default() })
            .await;
    let create = async |project: &str, name: &str| {
        bench.call(CREATE, create_study(project, name).encode_to_vec(), Some(ROOT)).await
    };
    for name in ["a", "b", "c"] {
        create("vision", name).await.expect("created");
    }
    let status = create("vision", "d").await.expect_err("one too many");
    let refusal = from_status(&status);
    assert_eq!(refusal.code, tunewright::Code::Exhausted);
    assert_eq!(refusal.message, "project `vision` has 3 studies, which is as many as it may");
    assert_eq!(refusal.retry_after_ms, None, "waiting does not help");
    create("vision", "c").await.expect("it is there already, and opened");
    create("text", "d").await.expect("another project");
    let delete = v1::DeleteStudyRequest { study: study("vision", "a") }.encode_to_vec();
    bench.call("tunewright.v1.StudyService/DeleteStudy", delete, Some(ROOT)).await.expect("deleted");
    create("vision", "d").await.expect("there is room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_calls_so_often_and_results_get_through() {
    let rate = Some(Rate { per_second: 2, burst: 5 });
    let bench =
        bench(Config { load: LoadBounds { rate, ..LoadBounds::default() }, ..Config::default() }).await;
    let one = bench.token(&["study:read@vision", "worker:run@vision"], 0).await.secret;
    let other = bench.token(&["study:read@vision"], 0).await.secret;
    let list = v1::ListStudiesRequest { project: "vision".to_owned(), ..Default::default() }.encode_to_vec();
    let call = async |token: &str| bench.call(LIST, list.clone(), Some(token)).await.map(|_| ());
    for turn in 0..5 {
        call(&one).await.unwrap_or_else(|status| panic!("{turn}: {status}"));
    }
    let refusal = from_status(&call(&one).await.expect_err("the sixth at once"));
    assert_eq!(
        (refusal.code, refusal.message.as_str()),
        (tunewright::Code::Exhausted, "this token calls more often than it may")
    );
    let wait = refusal.retry_after_ms.expect("a time");
    assert!((1..=500).contains(&wait), "{wait}");
    call(&other).await.expect("another's turns are their own");
    let heartbeat = v1::HeartbeatTrialsRequest::default().encode_to_vec();
    for _ in 0..10 {
        bench
            .call("tunewright.v1.TrialService/HeartbeatTrials", heartbeat.clone(), Some(&one))
            .await
            .expect("a sign of life");
    }
    tokio::time::sleep(Duration::from_millis(wait + 600)).await;
    call(&one).await.expect("after the time that was told");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_told_so_often_that_they_are_strangers() {
    let bench = bench(Config::default()).await;
    let mut told = 0;
    let refusal = loop {
        let status = bench.call(LIST, Vec::new(), None).await.expect_err("no token");
        if status.code() != Code::Unauthenticated {
            break from_status(&status);
        }
        told += 1;
        assert!(told < 20_000, "there is no end to it");
    };
    assert!(told >= 200, "{told}");
    assert_eq!(refusal.code, tunewright::Code::Exhausted);
    assert!(refusal.retry_after_ms.is_some());
    let (status, body) = get_with(&bench.server.url, "/metrics", None).await;
    assert!(status == 429 || status == 401, "{status}: {body}");
    assert_eq!(get_with(&bench.server.url, "/healthz", None).await.0, 200, "it lives");
    bench.call(LIST, Vec::new(), Some(ROOT)).await.expect("whoever has a token is none");
}
