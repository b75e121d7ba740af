//! The live stream.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures::StreamExt as _;
use serde_json::Value;

use super::{Bench, HOME};
use crate::support::api::Api;

/// Far more than a frame takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open stream, read event by event.
struct Frames {
    body: BodyDataStream,
    text: String,
}

impl Frames {
    async fn open(api: &Api) -> Self {
        let response = api.open("GET", "/api/v1/events?study=shown", None).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let body = Body::new(response.into_body()).into_data_stream();
        Self { body, text: String::new() }
    }

    /// The kind and the content of the next event; `None` at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let read = field("event:")
                    .zip(field("data:"))
                    .map(|(kind, data)| (kind.to_owned(), serde_json::from_str(data).expect("JSON")));
                self.text = rest.to_owned();
                if read.is_some() {
                    return read;
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.body.next()).await.expect("in time")?;
            self.text.push_str(std::str::from_utf8(&chunk.expect("a chunk")).expect("text"));
        }
    }

    /// The next frame that is as wanted.
    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (kind, frame) = self.next().await.expect("not over");
            if kind == "study" && wanted(&frame) {
                return frame;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_where_the_study_stands_at_once_and_with_each_change() {
    let bench = Bench::new().await;
    bench.run(3).await;
    let mut frames = Frames::open(&bench.api).await;
    let first = frames.next().await.expect("a frame").1;
    assert_eq!((&first["counts"]["completed"], &first["best"]["trial"]), (&3.into(), &0.into()));
    assert_eq!(first["rev"], bench.api.get(HOME).await.json(200)["rev"]);

    let running = bench.study.ask(1).await.expect("asked").trials.remove(0);
    frames.until(|frame| frame["counts"]["running"] == 1).await;
    running.report(1, Some(0.5), tunewright::Metrics::new()).await.expect("reported");
    let reported = frames.until(|frame| frame["reported"] != serde_json::json!([])).await;
    assert_eq!(reported["reported"], serde_json::json!([3]));
    running.complete(-1.0, tunewright::Metrics::new(), "").await.expect("completed");
    let better = frames.until(|frame| frame["best"]["trial"] == 3).await;
    assert_eq!((&better["best"]["loss"], &better["counts"]["running"]), (&(-1.0).into(), &0.into()));
    bench.study.pause().await.expect("paused");
    frames.until(|frame| frame["state"] == "paused").await;
    bench.study.delete().await.expect("deleted");
    while let Some((kind, _)) = frames.next().await {
        if kind == "gone" {
            assert_eq!(frames.next().await, None);
            return;
        }
    }
    panic!("nothing said that the study is gone");
}

/// However much happens, a page is told at most five times a second, and the last frame is how it ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_results_becomes_a_few_frames_and_nothing_is_lost() {
    let bench = Bench::new().await;
    let mut frames = Frames::open(&bench.api).await;
    let begun = std::time::Instant::now();
    let (run, read) = tokio::join!(bench.run(400), async {
        let mut count = 0;
        loop {
            let frame = frames.until(|_| true).await;
            count += 1;
            let counts = &frame["counts"];
            let ended = ["completed", "failed", "pruned"].map(|state| counts[state].as_u64().unwrap_or(0));
            if ended.iter().sum::<u64>() == 400 {
                return (count, frame);
            }
        }
    });
    let () = run;
    let (count, last) = read;
    let most = 2 + begun.elapsed().as_millis() / 200;
    assert!(count <= most, "{count} frames, at most {most}");
    assert_eq!(last["rev"], bench.api.get(HOME).await.json(200)["rev"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_ends_its_streams() {
    let bench = Bench::new().await;
    let mut frames = Frames::open(&bench.api).await;
    frames.next().await.expect("a frame");
    let Bench { server, .. } = bench;
    let begun = std::time::Instant::now();
    server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(10), "it waited for the streams");
    assert_eq!(frames.next().await, None);
}
