//! Lists, pages and files of trials.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array as _, ArrayRef, RecordBatch};
use arrow_ipc::reader::StreamReader;
use serde_json::{Value, json};

use super::{Bench, HOME};

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_how_each_study_stands() {
    let bench = Bench::new().await;
    bench.run(40).await;
    let list = bench.api.get("/api/v1/studies").await.json(200);
    assert_eq!((&list["total"], &list["next"]), (&1.into(), &Value::Null));
    let study = &list["studies"][0];
    assert_eq!(study["name"], "shown");
    assert_eq!(
        study["counts"],
        json!({"queued": 0, "running": 0, "completed": 36, "failed": 2, "pruned": 2, "cancelled": 0})
    );
    assert_eq!(study["best"], json!({"trial": 0, "loss": 0.0}));
    assert_eq!((&study["rate_per_minute"], &study["stalled"]), (&40.0.into(), &false.into()));
    assert_eq!(study["eta_ms"], 24 * 60_000, "960 at 40 a minute");
    assert_eq!(study["spark"].as_array().map(Vec::len), Some(32));
    for (query, found) in
        [("q=HOW", 1), ("q=nothing", 0), ("state=active", 1), ("state=failed", 0), ("project=default", 1)]
    {
        let list = bench.api.get(&format!("/api/v1/studies?{query}")).await.json(200);
        assert_eq!(list["studies"].as_array().map(Vec::len), Some(found), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_studies_comes_in_pages() {
    let bench = Bench::new().await;
    let client = tunewright::Client::connect(&bench.server.url).await.expect("connected");
    let spec = json!({"space": {"x": {"type": "uniform", "low": 0, "high": 1}}});
    let spec = serde_json::from_value(spec).expect("a spec");
    for name in ["a/one", "a/two", "b/one", "b/two", "c/three"] {
        client.create_study(&name.parse().expect("a name"), &spec).await.expect("created");
    }
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.api.get(&format!("/api/v1/studies?limit=2&cursor={cursor}")).await.json(200);
        let studies = page["studies"].as_array().expect("studies");
        assert!((1..=2).contains(&studies.len()));
        found.extend(studies.iter().map(|study| format!("{}/{}", study["project"], study["name"])));
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found.join(" ").replace('"', ""), "a/one a/two b/one b/two c/three default/shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_tells_of_its_space() {
    let bench = Bench::new().await;
    bench.run(3).await;
    let study = bench.api.get(HOME).await.json(200);
    assert_eq!((&study["algorithm"], &study["seed"]), (&"random".into(), &"7".into()));
    assert_eq!(study["metrics"], json!(["accuracy"]));
    let parameters = study["parameters"].as_array().expect("parameters");
    let labels: Vec<_> =
        parameters.iter().map(|parameter| parameter["label"].as_str().expect("text")).collect();
    assert_eq!(labels, ["lr", "model", "model.net.layers", "model.tree.depth"]);
    assert_eq!((&parameters[0]["scale"], &parameters[0]["low"]), (&"log".into(), &1e-4.into()));
    assert_eq!(
        (&parameters[1]["scale"], &parameters[1]["options"]),
        (&"category".into(), &json!(["net", "tree"]))
    );
    assert_eq!(parameters[3]["active_when"], json!([{"parameter": 1, "option": 1}]));
    assert_eq!(parameters[3]["integer"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn trials_are_filtered_and_sorted() {
    let bench = Bench::new().await;
    bench.run(40).await;
    for (query, matched, first) in [
        ("", 40, 0),
        ("sort=-number", 40, 39),
        ("sort=-loss&filter=state:completed", 36, 39),
        ("filter=state:failed,pruned", 4, 7),
        ("filter=loss:%3C2.5", 3, 0),
        ("filter=model=net&sort=number", 0, 0),
        ("filter=reason:objective_error", 2, 7),
        ("sort=loss&offset=39", 40, 27),
    ] {
        let page = bench.api.get(&format!("{HOME}/trials?{query}")).await.json(200);
        assert_eq!(page["total"], 40);
        let rows = page["rows"].as_array().expect("rows");
        if matched > 0 {
            assert_eq!(page["matched"], matched, "{query}");
            assert_eq!(rows[0]["number"], first, "{query}: {page}");
        } else {
            assert!(!rows.is_empty() && rows.iter().all(|row| row["params"]["model"] == "net"), "{query}");
        }
    }
    let problem = bench.api.get(&format!("{HOME}/trials?filter=lrr:%3C1")).await.json(400);
    assert_eq!(problem["field"], "filter");
    assert!(problem["hint"].as_str().is_some_and(|hint| hint.contains("`lr`")), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn aggregates_say_of_how_many_trials_they_are() {
    let bench = Bench::new().await;
    bench.run(40).await;
    for (path, used) in [
        ("history", 36),
        ("history?x=time&buckets=10", 36),
        ("slice?parameter=lr", 36),
        ("contour?x=lr&y=model", 36),
        ("rank?x=lr&y=model", 36),
        ("importance", 36),
        ("pareto?objectives=loss,m.accuracy&maximize=m.accuracy", 36),
    ] {
        let found = bench.api.get(&format!("{HOME}/{path}")).await.json(200);
        assert_eq!((&found["n_used"], &found["n_total"]), (&used.into(), &40.into()), "{path}: {found}");
        assert!(found["method"].as_str().is_some_and(|method| method.len() > 20), "{path}: {found}");
        assert!(found["rev"].is_u64() && found["computed_ms"].is_number(), "{path}: {found}");
    }
    let edf = bench.api.get(&format!("{HOME}/edf?also=default/shown")).await.json(200);
    assert_eq!(edf["series"].as_array().map(Vec::len), Some(1), "named twice, shown once");
    let curves = bench.api.get(&format!("{HOME}/curves?top=3")).await.json(200);
    assert_eq!(curves["top"][0], json!({"trial": 0, "loss": 0.0, "steps": [1], "values": [1.0]}));
    let failures = bench.api.get(&format!("{HOME}/failures")).await.json(200);
    assert_eq!(
        (&failures["reasons"][0]["reason"], &failures["reasons"][0]["n"]),
        (&"objective_error".into(), &2.into())
    );
    assert_eq!(failures["reasons"][0]["examples"][0]["message"], "ran out of luck");
    let timeline = bench.api.get(&format!("{HOME}/timeline")).await.json(200);
    assert_eq!(timeline["lanes"][0]["spans"].as_array().map(Vec::len), Some(40));
    let tree = bench.api.get(&format!("{HOME}/space-tree")).await.json(200);
    let of_choice = tree["nodes"].as_array().expect("nodes").iter().filter(|node| node["kind"] == "option");
    assert_eq!(of_choice.filter_map(|node| node["n"].as_u64()).sum::<u64>(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_trials_can_be_taken_away() {
    let bench = Bench::new().await;
    bench.run(1_000).await;
    let csv = bench.api.get(&format!("{HOME}/export.csv")).await;
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"shown.csv\"");
    let text = csv.text();
    let mut lines = text.split("\r\n");
    let names = "number,state,loss,attempt,worker,reason,origin,member,created_at,leased_at,ended_at,\
                 params.lr,params.model,params.model.net.layers,params.model.tree.depth,metrics.accuracy";
    assert_eq!(lines.next(), Some(names));
    let rows: Vec<Vec<&str>> =
        lines.filter(|line| !line.is_empty()).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 1_000, "as many as the study may have");
    for (at, row) in rows.iter().enumerate() {
        assert_eq!((row.len(), row[0].to_owned()), (16, at.to_string()));
        assert_eq!(row[13].is_empty(), row[12] == "tree", "{row:?}");
    }
    assert_eq!((rows[7][1], rows[7][2], rows[7][5]), ("failed", "", "objective_error"));
    let json_lines = bench.api.get(&format!("{HOME}/export.jsonl")).await.text();
    let trials: Vec<Value> =
        json_lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(trials.len(), 1_000);
    assert_eq!(trials[999]["number"], 999);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_frame_reads_all_trials() {
    let bench = Bench::new().await;
    bench.run(60).await;
    let answer = bench.api.get(&format!("{HOME}/export.arrow")).await;
    assert_eq!(answer.headers["content-type"], "application/vnd.apache.arrow.stream");
    let reader = StreamReader::try_new(&answer.body[..], None).expect("an Arrow stream");
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().expect("whole");
    assert_eq!(batches.len(), 1);
    let column = |name: &str| batches[0].column_by_name(name).expect("there").clone();
    let (loss, layers) = (column("loss"), column("params.model.net.layers"));
    let (state, model, ended) = (column("state"), column("params.model"), column("ended_at"));
    let rows = bench.api.get(&format!("{HOME}/trials?limit=100")).await.json(200);
    for (at, row) in rows["rows"].as_array().expect("rows").iter().enumerate() {
        let float =
            |column: &ArrayRef| column.is_valid(at).then(|| column.as_primitive::<Float64Type>().value(at));
        assert_eq!(state.as_string::<i32>().value(at), row["state"]);
        assert_eq!(model.as_string::<i32>().value(at), row["params"]["model"]);
        assert_eq!(float(&loss), row["loss"].as_f64());
        assert_eq!(float(&layers), row["params"]["model.net.layers"].as_f64());
        let ended = ended.as_primitive::<TimestampMillisecondType>().value(at);
        assert_eq!(Some(ended), row["ended_at"].as_i64());
    }
}
