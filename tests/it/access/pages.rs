//! Every page, and every call of the HTTP API, against every role.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::bench::{Bench, ROOT};
use super::calls::Role;
use super::table::strangers;
use crate::support::api::Api;

use Role::{Admin, Controller, Reader, Stranger, Worker};

/// A call.
struct Row {
    /// As the server's own list has it: `GET /api/v1/studies/{project}/{study}`.
    call: &'static str,
    /// The rest of the address, and the body.
    query: &'static str,
    body: Option<Value>,
    allowed: &'static [Role],
    /// What those are answered who are let in.
    answer: u16,
}

const READ: &[Role] = &[Reader, Admin];
const CONTROL: &[Role] = &[Controller, Admin];
const FETCH: &[Role] = &[Reader, Worker, Controller, Admin];
const READ_ANY: &[Role] = &[Reader, Admin, Stranger];
const NOBODY: &[Role] = &[];
const STUDY: &str = "/api/v1/studies/{project}/{study}";

fn row(call: &'static str, query: &'static str, allowed: &'static [Role], answer: u16) -> Row {
    Row { call, query, body: None, allowed, answer }
}

/// What changes a study is sent for one that is not there: only who is let in gets to know that.
fn change(call: &'static str, body: Option<Value>) -> Row {
    Row { call, query: "", body, allowed: CONTROL, answer: 404 }
}

/// All calls that ask for a token.
fn rows() -> Vec<Row> {
    let mut rows = vec![
        row("GET /metrics", "", NOBODY, 200),
        row("GET /api/v1/studies", "", READ_ANY, 200),
        row("GET /api/v1/studies", "?project=vision", READ, 200),
        row("GET /api/v1/workers", "", READ_ANY, 200),
        row("POST /api/v1/workers/{worker}/drain", "", NOBODY, 404),
        row("GET /api/v1/events", "?study=vision/gone", READ, 404),
        row("GET /api/v1/studies/{project}/{study}/columns", "?cols=state", READ, 200),
        row("GET /api/v1/studies/{project}/{study}/trials/{trial}", "", READ, 404),
        row("GET /api/v1/studies/{project}/{study}/trials/{trial}/output", "", READ, 404),
        row("GET /api/v1/studies/{project}/{study}/trials/{trial}/attachments/{name}", "", FETCH, 404),
        row("GET /api/v1/studies/{project}/{study}/slice", "?parameter=x", READ, 200),
        row("GET /api/v1/studies/{project}/{study}/contour", "?x=x&y=x", READ, 200),
        row("GET /api/v1/studies/{project}/{study}/rank", "?x=x&y=x", READ, 200),
        row("GET /api/v1/studies/{project}/{study}/pareto", "?objectives=loss,loss", READ, 400),
        row("GET /api/v1/studies/{project}/{study}/edf", "?also=vision/gone", READ, 404),
        // Two studies, of which the other one is none of the reader's.
        row("GET /api/v1/studies/{project}/{study}/edf", "?also=text/other", NOBODY, 404),
        change("PATCH /api/v1/studies/{project}/{study}", Some(json!({ "note": "x" }))),
        change("DELETE /api/v1/studies/{project}/{study}", None),
        change("POST /api/v1/studies/{project}/{study}/pause", None),
        change("POST /api/v1/studies/{project}/{study}/resume", None),
        change("POST /api/v1/studies/{project}/{study}/stop", Some(json!({}))),
        change("POST /api/v1/studies/{project}/{study}/trials", Some(json!({ "params": {} }))),
        change("POST /api/v1/studies/{project}/{study}/trials/{trial}/retry", None),
        change("POST /api/v1/studies/{project}/{study}/trials/{trial}/cancel", None),
    ];
    for call in [
        "GET /api/v1/studies/{project}/{study}",
        "GET /api/v1/studies/{project}/{study}/trials",
        "GET /api/v1/studies/{project}/{study}/history",
        "GET /api/v1/studies/{project}/{study}/importance",
        "GET /api/v1/studies/{project}/{study}/curves",
        "GET /api/v1/studies/{project}/{study}/space-tree",
        "GET /api/v1/studies/{project}/{study}/timeline",
        "GET /api/v1/studies/{project}/{study}/failures",
        "GET /api/v1/studies/{project}/{study}/export.csv",
        "GET /api/v1/studies/{project}/{study}/export.jsonl",
        "GET /api/v1/studies/{project}/{study}/export.arrow",
    ] {
        rows.push(row(call, "", READ, 200));
    }
    rows
}

/// Those that whoever has a good token may ask: they tell of nothing but the program itself.
const OF_ALL: [&str; 2] = ["GET /api/v1/server", "GET /api/v1/openapi.json"];
/// Those that anybody may ask.
const OPEN: [&str; 2] = ["GET /healthz", "GET /readyz"];

impl Row {
    fn method(&self) -> &str {
        self.call.split_once(' ').expect("a method and a path").0
    }

    fn path(&self) -> String {
        let (_, path) = self.call.split_once(' ').expect("a method and a path");
        let study = if self.method() == "GET" { "digits" } else { "gone" };
        let there = format!("/api/v1/studies/vision/{study}");
        let path = path.replace(STUDY, &there).replace("{trial}", "7").replace("{name}", "model");
        path.replace("{worker}", "w1") + self.query
    }
}

#[test]
fn every_page_is_in_the_table() {
    let all: BTreeSet<String> = tunewright_server::http_paths().into_iter().collect();
    assert!(all.len() >= 30, "only {} were found", all.len());
    let told = rows().into_iter().map(|row| row.call).chain(OF_ALL).chain(OPEN);
    let told: BTreeSet<String> = told.map(str::to_owned).collect();
    assert_eq!(told, all, "say here who may make a new call");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_lets_in_just_the_roles_of_the_table() {
    let bench = Bench::new().await;
    bench.create("vision", "digits").await;
    let strangers = strangers(&bench).await;
    let mut roles = Vec::new();
    for (role, scope) in Role::ALL {
        roles.push((role, bench.token(&[scope], 0).await.secret));
    }
    let api = Api::new(&bench.server.url);
    let (mut asked, mut wrong) = (0, Vec::new());
    for row in rows() {
        let mut expect = |who: String, found: u16, wanted: u16| {
            asked += 1;
            if found != wanted {
                wrong.push(format!("{}{} as {who}: {found}, not {wanted}", row.call, row.query));
            }
        };
        let ask = async |token: Option<&str>| {
            api.with_token(token).send(row.method(), &row.path(), row.body.clone()).await.status
        };
        for (who, token) in &strangers {
            expect((*who).to_owned(), ask(token.as_deref()).await, 401);
        }
        for (role, token) in &roles {
            let wanted = if row.allowed.contains(role) { row.answer } else { 403 };
            expect(format!("{role:?}"), ask(Some(token)).await, wanted);
        }
        expect("the administrator".to_owned(), ask(Some(ROOT)).await, row.answer);
    }
    assert!(wrong.is_empty(), "{} of {asked}: {wrong:#?}", wrong.len());
    println!("{asked} calls were made");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tells_of_the_program_alone_is_for_whoever_has_a_token_and_the_page_for_all() {
    let bench = Bench::new().await;
    let strangers = strangers(&bench).await;
    let api = Api::new(&bench.server.url);
    let token = bench.token(&["worker:run@vision"], 0).await.secret;
    for call in OF_ALL {
        let path = call.trim_start_matches("GET ");
        assert_eq!(api.with_token(Some(&token)).get(path).await.status, 200, "{path}");
        for (who, token) in &strangers {
            assert_eq!(api.with_token(token.as_deref()).get(path).await.status, 401, "{path} as {who}");
        }
    }
    for path in ["/healthz", "/readyz", "/", "/index.html", "/app.js", "/s/vision/digits/trials", "/workers"]
    {
        for (who, token) in &strangers {
            let answer = api.with_token(token.as_deref()).get(path).await;
            assert_eq!(answer.status, 200, "{path} as {who}");
        }
    }
    for (who, token) in &strangers {
        let answer = api.with_token(token.as_deref()).get("/nowhere").await;
        assert_eq!(answer.json(401)["code"], "unauthenticated", "{who}");
    }
}

/// Figures are of all projects, so a scope for one of them is not enough.
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_those_who_may_read_everything() {
    let bench = Bench::new().await;
    let api = Api::new(&bench.server.url);
    for (scope, status) in [
        ("study:read@vision", 403),
        ("admin@vision", 403),
        ("worker:run@*", 403),
        ("study:read@*", 200),
        ("admin@*", 200),
    ] {
        let token = bench.token(&[scope], 0).await.secret;
        assert_eq!(api.with_token(Some(&token)).get("/metrics").await.status, status, "{scope}");
    }
}
