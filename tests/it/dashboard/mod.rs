//! The HTTP API that the dashboard stands on, and the page itself, without a browser.

mod columns;
mod fresh;
mod live;
mod page;
mod reads;
mod writes;

use std::collections::BTreeMap;

use serde_json::json;
use tunewright::{Client, EndReason, Study};

use crate::support::api::Api;
use crate::support::in_process::InProcess;

/// A server with a study over a conditional space, and some trials of it, of every state but queued.
struct Bench {
    server: InProcess,
    study: Study,
    api: Api,
}

const HOME: &str = "/api/v1/studies/default/shown";

impl Bench {
    async fn new() -> Self {
        let server = InProcess::start().await;
        let client = Client::connect(&server.url).await.expect("connected");
        let spec = json!({
            "space": {
                "lr": {"type": "loguniform", "low": 1e-4, "high": 1.0},
                "model": {"type": "choice", "options": {
                    "net": {"layers": {"type": "int", "low": 1, "high": 4}},
                    "tree": {"depth": {"type": "int", "low": 1, "high": 9}},
                }},
            },
            "algorithm": "random",
            "seed": 7,
            "budget": {"max_trials": 1000},
            "tags": {"team": "vision"},
        });
        let name: tunewright::StudyRef = "shown".parse().expect("a name");
        client.create_study(&name, &serde_json::from_value(spec).expect("a spec")).await.expect("created");
        let api = Api::new(&server.url);
        Self { study: client.study(name), server, api }
    }

    /// Runs so many trials; of twenty, one fails and one is pruned. The loss is the trial's number.
    async fn run(&self, trials: u32) {
        for _ in 0..trials {
            let trial = self.study.ask(1).await.expect("asked").trials.remove(0);
            let number = trial.number().0;
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let loss = number as f64;
            match number % 20 {
                7 => drop(
                    trial
                        .fail(EndReason::ObjectiveError, "ran out of luck", "Traceback: luck")
                        .await
                        .expect("failed"),
                ),
                13 => {
                    trial.report(1, Some(loss), BTreeMap::new()).await.expect("reported");
                    trial.prune(Some(loss), BTreeMap::new(), "").await.expect("pruned");
                }
                _ => {
                    trial.report(1, Some(loss + 1.0), BTreeMap::new()).await.expect("reported");
                    let metrics = BTreeMap::from([("accuracy".to_owned(), 0.5)]);
                    trial.complete(loss, metrics, "done\n").await.expect("completed");
                }
            }
        }
    }
}
