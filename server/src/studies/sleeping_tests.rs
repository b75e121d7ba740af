//! A study that has ended leaves memory by itself and comes back when it is asked for.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tunewright_core::name::StudyName;
use tunewright_core::study::{Command, Lessee, Status, StopStudy, StudyRef, StudySpec};

use super::{Ask, Registry, Tables};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::storage::MemoryStorage;

#[tokio::test(start_paused = true)]
async fn a_study_that_has_ended_is_in_memory_only_while_it_is_asked_for() {
    let metrics = Arc::new(Metrics::new());
    let (signals, _kept) = mpsc::channel(16);
    let registry = Registry::open(
        Arc::new(MemoryStorage::new()),
        Clock::start(),
        Arc::clone(&metrics),
        signals,
        CancellationToken::new(),
    )
    .await
    .expect("an empty store");
    let key = StudyRef::from(StudyName::new("short").expect("a name"));
    let spec: StudySpec =
        serde_json::from_value(json!({ "space": { "x": { "type": "uniform", "low": 0.0, "high": 1.0 } } }))
            .expect("a spec");
    registry.create(key.clone(), spec, None, 1).await.expect("created");
    let handle = registry.get(&key).expect("there");
    let ask = Ask {
        lessee: Lessee::Client("asker".parse().expect("an id")),
        request_id: None,
        count: 1,
        reclaim: false,
    };
    handle.ask(ask).await.expect("a trial");

    // Its trial runs: hours later it is there, as its timers are.
    tokio::time::sleep(Duration::from_secs(3 * 3600)).await;
    assert_eq!(loaded(&metrics), 1);

    handle.command(Command::Stop(StopStudy { cancel_running: true })).await.expect("stopped");
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert_eq!(loaded(&metrics), 1, "a study that is looked at stays");
        handle.view().await.expect("still there");
    }
    let tables = Tables::default();
    assert_eq!(tables.of(&handle).await.expect("made").len(), 1);
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert_eq!(loaded(&metrics), 0);

    // Who looks at a list, or at charts that were drawn before, does not bring it back.
    let glance = handle.glance(registry.now()).await.expect("at rest");
    assert_eq!((glance.view.header.status, glance.trials), (Status::Stopped, 1));
    assert_eq!(tables.of(&handle).await.expect("as it was").len(), 1);
    assert_eq!(loaded(&metrics), 0);

    let view = handle.view().await.expect("loaded again");
    assert_eq!((view.header.status, view.counts.cancelled, loaded(&metrics)), (Status::Stopped, 1, 1));
    registry.delete(&key).await.expect("deleted");
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(loaded(&metrics), 0);
}

fn loaded(metrics: &Metrics) -> i64 {
    let text = metrics.render().expect("text");
    let line = text.lines().find_map(|line| line.strip_prefix("tunewright_studies_loaded "));
    line.expect("the figure").parse().expect("a number")
}
