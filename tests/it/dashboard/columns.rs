//! The trials as columns of bytes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Bench, HOME};
use crate::support::api::Answer;

/// A body of columns, read as its own header tells.
struct Columns {
    header: Value,
    columns: BTreeMap<String, Vec<f64>>,
}

fn read(answer: &Answer) -> Columns {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.headers["content-type"], "application/x-tunewright-columns");
    let len = u32::from_le_bytes(answer.body[..4].try_into().expect("four bytes")) as usize;
    let header: Value = serde_json::from_slice(&answer.body[4..4 + len]).expect("JSON");
    let content = &answer.body[4 + len..];
    assert_eq!((4 + len) % 8, 0, "the columns are aligned");
    let rows = usize::try_from(header["rows"].as_u64().expect("a count")).expect("small");
    let mut columns = BTreeMap::new();
    for column in header["columns"].as_array().expect("a list") {
        let offset = usize::try_from(column["offset"].as_u64().expect("an offset")).expect("small");
        assert_eq!(offset % 8, 0, "{column}");
        let missing = column["missing"].as_f64();
        let values = (0..rows).map(|row| {
            let value = match column["type"].as_str().expect("a type") {
                "u8" => f64::from(content[offset + row]),
                "i32" => f64::from(i32::from_le_bytes(at(content, offset, row))),
                "f32" => f64::from(f32::from_le_bytes(at(content, offset, row))),
                "f64" => f64::from_le_bytes(at(content, offset, row)),
                other => panic!("what is {other}?"),
            };
            if Some(value) == missing { f64::NAN } else { value }
        });
        columns.insert(column["name"].as_str().expect("a name").to_owned(), values.collect());
    }
    Columns { header, columns }
}

fn at<const LEN: usize>(content: &[u8], offset: usize, row: usize) -> [u8; LEN] {
    content[offset + row * LEN..][..LEN].try_into().expect("there")
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_the_trials() {
    let bench = Bench::new().await;
    bench.run(60).await;
    let asked = "cols=state,loss,loss64,p.lr,p.model,p.model.net.layers,q.lr,q.model,m.accuracy,created,ended,\
                 duration,attempt,reason,origin,lessee,m.nothing";
    let columns = read(&bench.api.get(&format!("{HOME}/columns?{asked}")).await);
    assert_eq!((&columns.header["total"], &columns.header["rows"]), (&60.into(), &60.into()));
    assert_eq!(columns.header["full"], true);
    let list = bench.api.get(&format!("{HOME}/trials?limit=100")).await.json(200);
    let rows = list["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 60);
    let of = |name: &str| &columns.columns[name];
    let dictionary = |name: &str| {
        let all = columns.header["columns"].as_array().expect("a list");
        all.iter().find(|column| column["name"] == name).expect("there")["dict"].clone()
    };
    for (at, row) in rows.iter().enumerate() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small code")]
        let word = |name: &str| dictionary(name)[of(name)[at] as usize].clone();
        assert_eq!(row["number"], at);
        assert_eq!(word("state"), row["state"]);
        assert_eq!(word("origin"), row["origin"]);
        assert_eq!(word("lessee"), row["worker"]);
        if row["reason"].is_null() {
            assert!(of("reason")[at].is_nan());
        } else {
            assert_eq!(word("reason"), row["reason"]);
        }
        let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
        let same = |found: f64, value: &Value| {
            let wanted = number(value);
            assert!(found == wanted || (found.is_nan() && wanted.is_nan()), "{found} is not {value}");
        };
        same(of("loss")[at], &row["loss"]);
        same(of("loss64")[at], &row["loss"]);
        same(of("m.accuracy")[at], &row["metrics"]["accuracy"]);
        same(of("p.model.net.layers")[at], &row["params"]["model.net.layers"]);
        same(of("created")[at], &row["created_at"]);
        same(of("ended")[at], &row["ended_at"]);
        same(of("duration")[at], &row["duration_ms"]);
        same(of("attempt")[at], &row["attempt"]);
        assert!(of("m.nothing")[at].is_nan());
        let lr = number(&row["params"]["lr"]);
        assert!((of("p.lr")[at] - lr).abs() <= lr * 1e-6);
        let place = ((lr.ln() - 1e-4_f64.ln()) / -(1e-4_f64.ln()) * 254.0).round();
        assert!((of("q.lr")[at] - place).abs() <= 1.0, "{} is not {place}", of("q.lr")[at]);
        let model = if row["params"]["model"] == "net" { 0.0 } else { 1.0 };
        assert_eq!((of("p.model")[at], of("q.model")[at]), (model, model));
        assert_eq!(of("p.model.net.layers")[at].is_nan(), model > 0.5, "not set in the other branch");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_has_changed_is_sent_again() {
    let bench = Bench::new().await;
    bench.run(30).await;
    let path = format!("{HOME}/columns?cols=state,loss,p.lr");
    let mut known = read(&bench.api.get(&path).await);
    let id = known.header["id"].as_str().expect("an id").to_owned();
    let following = |rev: &Value| format!("{path}&since_rev={rev}&id={id}");
    let nothing = read(&bench.api.get(&following(&known.header["rev"])).await);
    assert_eq!((&nothing.header["rows"], &nothing.header["full"]), (&0.into(), &false.into()));

    // Trials that run on while others are told: each step takes in what changed, and comes to the same as all.
    let mut held = bench.study.ask(3).await.expect("asked").trials;
    for step in 0..6 {
        if let Some(trial) = held.pop() {
            trial.complete(-1.0, BTreeMap::new(), "").await.expect("completed");
        }
        bench.run(step).await;
        let delta = read(&bench.api.get(&following(&known.header["rev"])).await);
        let numbers = &delta.columns["number"];
        assert!(numbers.len() < 12, "{} rows are not just the changed ones", numbers.len());
        let total = usize::try_from(delta.header["total"].as_u64().expect("a count")).expect("small");
        for (name, column) in &mut known.columns {
            column.resize(total, f64::NAN);
            for (number, value) in numbers.iter().zip(&delta.columns[name]) {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
                let at = *number as usize;
                column[at] = *value;
            }
        }
        known.header = delta.header;
        let all = read(&bench.api.get(&path).await);
        assert_eq!(all.header["rev"], known.header["rev"]);
        for (name, column) in &all.columns {
            let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
            assert!(column.iter().zip(&known.columns[name]).all(same), "{name} after step {step}");
        }
    }
    // Another study of the same name shares no past with this one.
    let other = read(&bench.api.get(&format!("{path}&since_rev=0&id=other")).await);
    assert_eq!(other.header["full"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_are_none_are_refused() {
    let bench = Bench::new().await;
    for (cols, says) in [
        ("nothing", "must name columns, which `nothing` is none"),
        ("p.nothing", "must name parameters of the study, which `nothing` is not"),
        ("", "must name columns, which `` is none"),
    ] {
        let problem = bench.api.get(&format!("{HOME}/columns?cols={cols}")).await.json(400);
        assert_eq!((&problem["detail"], &problem["field"]), (&says.into(), &"cols".into()));
    }
    let problem = bench.api.get(&format!("{HOME}/columns")).await.json(400);
    assert_eq!(problem["field"], "query");
}
