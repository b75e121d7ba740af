//! The clients of the product, with a server that demands tokens.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;
use tunewright::{Client, Code, ConnectOptions, Metrics, Standing, StudyRef, StudySpec, Token};
use tunewright_worker::{Access, Shutdown, SpoolDir, WorkerConfig, WorkerError, WorkerSummary, run};

use super::bench::{Bench, ROOT};
use crate::support::process::Process;

const SOON: Duration = Duration::from_secs(60);

async fn client(bench: &Bench, token: &str) -> Client {
    let token = Token::new(token).expect("a token");
    let options = ConnectOptions::to(&bench.server.url).with_token(token);
    Client::connect_with(options).await.expect("connected")
}

fn scopes(all: &[&str]) -> Vec<tunewright::Scope> {
    all.iter().map(|scope| scope.parse().expect("a scope")).collect()
}

/// A study whose points do not always have a value for `{model.a.depth}`.
fn spec(max_trials: u64) -> StudySpec {
    serde_json::from_value(json!({
        "space": {"x": {"type": "float", "low": 0, "high": 1}, "model": {"type": "choice", "options": {"a": {"depth": {"type": "int", "low": 1, "high": 4}}, "b": null}}},
        "algorithm": "random",
        "budget": {"max_trials": max_trials},
    }))
    .expect("a spec")
}

fn named(name: &str) -> StudyRef {
    name.parse().expect("a name")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_client_does_what_its_token_allows() {
    let bench = Bench::new().await;
    let root = client(&bench, ROOT).await;
    let all = scopes(&["study:create@vision", "study:control@vision", "study:read@vision"]);
    let (info, secret) = root.create_token("a notebook", &all, None).await.expect("made");
    assert_eq!((info.label.as_str(), &info.scopes, info.standing), ("a notebook", &all, Standing::Good));
    let brief = root.create_token("brief", &all[..1], Some(Duration::from_micros(1))).await.expect("made");
    assert_eq!(brief.0.expires_at, Some(brief.0.created_at.plus_millis(1)), "it is not good for ever");
    let mut listed = root.tokens().await.expect("listed");
    listed.sort_by_key(|token| token.created_at);
    assert_eq!(listed.iter().map(|token| token.label.as_str()).collect::<Vec<_>>(), ["a notebook", "brief"]);

    let options = ConnectOptions::to(&bench.server.url).with_token(secret);
    let mine = Client::connect_with(options).await.expect("connected");
    let (created, _) = mine.create_study(&named("vision/digits"), &spec(2)).await.expect("created");
    assert_eq!(created.project.as_str(), "vision");
    let elsewhere = mine.create_study(&named("text/digits"), &spec(2)).await.expect_err("not mine");
    assert_eq!(elsewhere.code(), Code::Forbidden);
    assert_eq!(mine.tokens().await.expect_err("no administrator").code(), Code::Forbidden);

    let study = mine.study(named("vision/digits"));
    let mut watch = study.watch();
    for _ in 0..2 {
        let trial = study.ask(1).await.expect("asked").trials.remove(0);
        trial.report(0, 2.0, Metrics::new()).await.expect("noted");
        trial.complete(1.0, Metrics::new(), "").await.expect("taken");
    }
    assert_eq!(study.best().await.expect("read").expect("there").trial.loss, Some(1.0));
    study.put_attachment(None, "notes", "x").await.expect("kept");
    timeout(SOON, watch.next()).await.expect("in time").expect("a message").expect("let in");

    let revoked = root.revoke_token(&info.id).await.expect("revoked");
    assert_eq!(revoked.standing, Standing::Revoked);
    let barred = timeout(Duration::from_secs(5), study.info()).await.expect("at once").expect_err("revoked");
    assert_eq!(barred.code(), Code::Unauthenticated);
    assert!(barred.hint().is_some_and(|hint| hint.contains("tunewright token")), "{barred}");
    let unnamed = Client::connect(bench.server.url.clone()).await.expect("it listens");
    let barred = timeout(Duration::from_secs(5), unnamed.studies(None)).await.expect("at once");
    let barred = barred.expect_err("nobody");
    assert_eq!(barred.code(), Code::Unauthenticated);
    assert!(barred.hint().is_some_and(|hint| hint.contains("TUNEWRIGHT_TOKEN_FILE")), "{barred}");
}

fn config(bench: &Bench, token: Option<&str>) -> WorkerConfig {
    let words = ["sh", "-c", "echo 0.5", "{model.a.depth}"].map(str::to_owned);
    let mut config = WorkerConfig::new(vec![bench.server.url.clone()], words.to_vec());
    config.studies = vec!["vision/digits".to_owned()];
    config.exit_when_studies_end = true;
    config.slots = 2;
    config.spool = SpoolDir::None;
    let token = token.map(|token| Token::new(token).expect("a token"));
    config.access = Access { token, ..Access::default() };
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_needs_no_more_than_its_own_scope() {
    let bench = Bench::new().await;
    let root = client(&bench, ROOT).await;
    root.create_study(&named("vision/digits"), &spec(8)).await.expect("created");
    let token = bench.token(&["worker:run@vision"], 0).await.secret;
    let ended = timeout(SOON, run(config(&bench, Some(&token)), Shutdown::default())).await;
    let summary = ended.expect("in time").expect("worked");
    assert_eq!(summary, WorkerSummary { completed: 8, ..WorkerSummary::default() });

    let stranger = bench.token(&["worker:run@text"], 0).await.secret;
    for (token, code) in [(Some(stranger.as_str()), Code::Forbidden), (None, Code::Unauthenticated)] {
        let ended = timeout(SOON, run(config(&bench, token), Shutdown::default())).await.expect("in time");
        let Err(WorkerError::Refused(refusal)) = ended else { panic!("{ended:?}") };
        assert_eq!(refusal.code, code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_reads_its_token_from_a_file() {
    let bench = Bench::new().await;
    let root = client(&bench, ROOT).await;
    root.create_study(&named("vision/digits"), &spec(2)).await.expect("created");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("token").display().to_string();
    std::fs::write(&file, bench.token(&["worker:run@vision"], 0).await.secret).expect("written");
    let fixed = ["--server", &bench.server.url, "--project", "vision"];
    let worker = ["worker", "--no-spool", "--study", "digits", "--max-trials", "2", "--", "echo", "1"];
    let started = Process::start(&[&fixed[..], &["--token-file", &file], &worker].concat());
    let ended = tokio::task::spawn_blocking(|| started.exit_code());
    assert_eq!(timeout(SOON, ended).await.expect("in time").expect("it ended"), Some(0));
    let info = root.study(named("vision/digits")).info().await.expect("there");
    assert_eq!(info.counts.completed, 2);

    let nobody = Process::start(&[&fixed[..], &worker].concat());
    let ended = tokio::task::spawn_blocking(|| nobody.exit_code());
    assert_ne!(timeout(SOON, ended).await.expect("in time").expect("it ended"), Some(0));
}
