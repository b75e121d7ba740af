//! What a person does to a study over HTTP: the same commands as over gRPC.

use serde_json::{Value, json};

use super::{Bench, HOME};

#[tokio::test(flavor = "multi_thread")]
async fn a_study_is_steered() {
    let bench = Bench::new().await;
    let post = async |what: &str, body: Value| bench.api.post(&format!("{HOME}/{what}"), body).await;
    assert_eq!(post("pause", Value::Null).await.json(200)["state"], "paused");
    assert_eq!(bench.study.info().await.expect("there").status.as_str(), "paused");
    assert_eq!(post("resume", Value::Null).await.json(200)["state"], "active");

    let change =
        json!({"note": "see the wiki", "tags": {"team": "text"}, "max_trials": null, "parallelism": 3});
    let changed = bench.api.send("PATCH", HOME, Some(change)).await.json(200);
    assert_eq!((&changed["note"], &changed["tags"]["team"]), (&"see the wiki".into(), &"text".into()));
    assert_eq!((&changed["max_trials"], &changed["parallelism"]), (&Value::Null, &3.into()));
    let kept = bench.api.send("PATCH", HOME, Some(json!({"max_trials": 50}))).await.json(200);
    assert_eq!((&kept["max_trials"], &kept["parallelism"]), (&50.into(), &3.into()));

    let running = bench.study.ask(1).await.expect("asked").trials.remove(0);
    let stopping = post("stop", json!({})).await.json(200);
    assert_eq!((&stopping["state"], &stopping["closing"]), (&"active".into(), &"stopped".into()));
    running.complete(0.5, tunewright::Metrics::new(), "").await.expect("completed");
    assert_eq!(bench.api.get(HOME).await.json(200)["state"], "stopped");
    let problem = post("pause", Value::Null).await.json(409);
    assert_eq!(problem["code"], "closed");

    assert_eq!(bench.api.send("DELETE", HOME, None).await.status, 204);
    let problem = bench.api.get(HOME).await.json(404);
    assert_eq!(problem["detail"], "there is no study `shown` in project `default`");
}

#[tokio::test(flavor = "multi_thread")]
async fn trials_are_enqueued_retried_and_cancelled() {
    let bench = Bench::new().await;
    let trials = format!("{HOME}/trials");
    let body = json!({"params": {"lr": 1, "model": "tree"}});
    let once = bench.api.with_header("idempotency-key", "click-1");
    let first = once.post(&trials, body.clone()).await.json(201)["number"].clone();
    assert_eq!(
        once.post(&trials, body.clone()).await.json(201)["number"],
        first,
        "sent twice, enqueued once"
    );
    let second = bench.api.post(&trials, body).await.json(201)["number"].clone();
    assert_ne!(first, second);

    let queued = bench.api.get(&format!("{trials}/{second}")).await.json(200);
    assert_eq!((&queued["state"], &queued["origin"]), (&"queued".into(), &"enqueued".into()));
    assert_eq!(queued["fixed"], json!({"lr": 1.0, "model": "tree"}));
    assert_eq!(bench.api.post(&format!("{trials}/{second}/cancel"), Value::Null).await.status, 204);
    assert_eq!(bench.api.get(&format!("{trials}/{second}")).await.json(200)["state"], "cancelled");

    let trial = bench.study.ask(1).await.expect("asked").trials.remove(0);
    assert_eq!(trial.number().0, first.as_u64().expect("a number"));
    trial.fail(tunewright::EndReason::ObjectiveError, "no luck", "Traceback: luck\n").await.expect("failed");
    let failed = bench.api.get(&format!("{trials}/{first}")).await.json(200);
    assert_eq!((&failed["state"], &failed["reason"]), (&"failed".into(), &"objective_error".into()));
    assert_eq!((&failed["message"], &failed["output"]), (&"no luck".into(), &"Traceback: luck\n".into()));
    assert_eq!(failed["attempts"].as_array().map(Vec::len), Some(1));
    assert_eq!(failed["config"]["model"]["name"], "tree");
    assert_eq!(bench.api.get(&format!("{trials}/{first}/output")).await.text(), "Traceback: luck\n");

    let retry = format!("{trials}/{first}/retry");
    assert_eq!(
        once.post(&retry, Value::Null).await.json(409)["code"],
        "conflict",
        "the key is of something else"
    );
    let again = bench.api.with_header("idempotency-key", "click-2");
    for _ in 0..2 {
        assert_eq!(again.post(&retry, Value::Null).await.json(201)["number"].as_u64(), Some(2));
    }
    assert_eq!(bench.api.get(&format!("{trials}/2")).await.json(200)["retry_of"], first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_with_its_place_and_changes_nothing() {
    let bench = Bench::new().await;
    let before = bench.api.get(HOME).await.json(200)["rev"].clone();
    let trials = format!("{HOME}/trials");
    for (path, body, field, says) in [
        (&*trials, json!({"params": {"lr": 10}}), "params.lr", "must be a number from 0.0001 to 1"),
        (&trials, json!({"params": {"lrr": 1}}), "params.lrr", "is no parameter"),
        (&trials, json!({"params": {"model": "cloud"}}), "params.model", "must be"),
        (&trials, json!({"params": {"model": "net", "model.tree.depth": 3}}), "model.tree.depth", ""),
        (&trials, json!({"params": 3}), "params.point", "must be a map"),
        (&trials, json!({"values": {}}), "body", "unknown field `values`"),
        (&format!("{HOME}/stop"), json!({"cancel": true}), "body", "unknown field `cancel`"),
        ("/api/v1/studies/default/a%2Fb/pause", Value::Null, "study", "must be made of letters"),
    ] {
        let problem = bench.api.post(path, body).await.json(400);
        assert_eq!(problem["code"], "invalid", "{problem}");
        assert!(
            problem["field"].as_str().is_some_and(|it| it.ends_with(field)),
            "{problem} is not at {field}"
        );
        assert!(
            problem["detail"].as_str().is_some_and(|it| it.contains(says)),
            "{problem} does not say {says}"
        );
    }
    for (method, path, status) in [
        ("GET", format!("{trials}/x"), 400),
        ("GET", format!("{trials}/99"), 404),
        ("POST", format!("{trials}/99/cancel"), 404),
        ("GET", format!("{HOME}/trials?limit=501"), 400),
        ("GET", format!("{HOME}/trials?nothing=1"), 400),
        ("GET", "/api/v1/studies?state=odd".to_owned(), 400),
        ("GET", "/api/v1/nowhere".to_owned(), 404),
        ("PUT", HOME.to_owned(), 405),
    ] {
        let answer = bench.api.send(method, &path, None).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    }
    assert_eq!(bench.api.get(HOME).await.json(200)["rev"], before);
}
