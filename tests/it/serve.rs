//! `tunewright serve` as the child of another program: it ends with it, and it fails where the other one sees it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tunewright::{Client, ConnectOptions, StudyRef, StudySpec};
use tunewright_core::Code;
use tunewright_server::storage::testing::{Fsync, RedisServer};

use crate::support::binary::binary;

/// Far more than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is killed with its owner, if it has not ended by then.
struct Served {
    child: Child,
}

impl Served {
    fn start(store: &str, options: &[&str], stdin: Stdio) -> Self {
        let mut command = Command::new(binary());
        command.args(["--json", "serve", "--listen", "127.0.0.1:0", "--store", store]).args(options);
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { child: command.spawn().expect("tunewright starts") }
    }

    /// The address of its first line.
    fn url(&mut self) -> String {
        let mut line = String::new();
        let output = self.child.stdout.as_mut().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("it says where it listens");
        let line: Value = serde_json::from_str(&line).expect("one line of JSON");
        line["listening"].as_str().expect("an address").to_owned()
    }

    fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("piped")
    }

    fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("it is ours").is_some()
    }

    /// Waits for its end; how it ended, and what it wrote to standard error.
    fn end(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        while !self.has_ended() {
            assert!(Instant::now() < deadline, "the server does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut said = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
        (self.child.wait().expect("it is ours"), said)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended, as a rule.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn redb(directory: &tempfile::TempDir) -> String {
    format!("redb:{}", directory.path().display())
}

async fn client(url: &str) -> Client {
    Client::connect_with(ConnectOptions::to(url)).await.expect("the server answers")
}

async fn create(url: &str, name: &str) {
    let spec: StudySpec = serde_json::from_value(serde_json::json!({
        "space": {"x": {"type": "uniform", "low": 0.0, "high": 1.0}}, "budget": {"max_trials": 10}
    }))
    .expect("a spec");
    let study: StudyRef = name.parse().expect("a name");
    client(url).await.create_study(&study, &spec).await.expect("created");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_ends_once_its_input_has_and_keeps_what_it_acknowledged() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut server = Served::start(&redb(&directory), &["--exit-with-stdin"], Stdio::piped());
    let mut stdin = server.stdin();
    let url = server.url();
    create(&url, "kept").await;
    std::io::Write::write_all(&mut stdin, b"ignored\n").expect("it reads");
    let watch = client(&url).await.study("kept".parse().expect("a name"));
    watch.info().await.expect("it goes on while its input is open");
    let mut watch = watch.watch();
    watch.next().await.expect("the study as it is").expect("no error");

    let asked = Instant::now();
    drop(stdin);
    let (status, said) = server.end();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(asked.elapsed() < Duration::from_secs(20), "an open stream does not hold it up");

    let mut again = Served::start(&redb(&directory), &["--exit-with-stdin"], Stdio::piped());
    let _stdin = again.stdin();
    let url = again.url();
    let kept = client(&url).await.study("kept".parse().expect("a name"));
    kept.info().await.expect("the study is there");
}

#[test]
fn a_server_does_not_outlive_a_parent_that_is_killed() {
    // The parent holds the only writing end, and can do nothing more when it is killed.
    let mut parent =
        Command::new("sleep").arg("600").stdout(Stdio::piped()).spawn().expect("`sleep` is there");
    let pipe = parent.stdout.take().expect("piped");
    let mut server = Served::start("memory:", &["--exit-with-stdin"], pipe.into());
    server.url();
    std::thread::sleep(Duration::from_millis(300));
    assert!(!server.has_ended(), "its parent lives");
    parent.kill().expect("it runs");
    parent.wait().expect("it is ours");
    let (status, said) = server.end();
    assert_eq!(status.code(), Some(0), "{said}");
}

/// When a parent is killed, nobody reads what the server writes any more, either.
#[test]
fn a_server_ends_with_its_parent_although_nobody_reads_its_log() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut server = Served::start(&redb(&directory), &["-vv", "--exit-with-stdin"], Stdio::piped());
    let stdin = server.stdin();
    let url = server.url();
    drop(server.child.stderr.take());
    drop(server.child.stdout.take());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(create(&url, "unheard"));
    drop(stdin);
    let deadline = Instant::now() + PATIENCE;
    while !server.has_ended() {
        assert!(Instant::now() < deadline, "the server does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(server.child.wait().expect("it is ours").code(), Some(0));
}

#[test]
fn a_directory_in_use_is_said_at_once_and_with_a_way_out() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut first = Served::start(&redb(&directory), &["--exit-with-stdin"], Stdio::piped());
    let _first_stdin = first.stdin();
    let url = first.url();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(create(&url, "first"));

    let began = Instant::now();
    let mut second = Served::start(&redb(&directory), &["--exit-with-stdin"], Stdio::piped());
    // An open input does not keep it alive.
    let _second_stdin = second.stdin();
    second.url();
    let (status, said) = second.end();
    assert_eq!(status.code(), Some(1));
    assert!(began.elapsed() < Duration::from_secs(20));
    let error = said.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
    let error = error.unwrap_or_else(|| panic!("the last line is an error in JSON: {said}"));
    assert_eq!(error["error"]["code"], "conflict", "{error}");
    assert!(error["error"]["message"].to_string().contains("another tunewright server"), "{error}");
    assert!(error["error"]["hint"].is_string(), "{error}");
    assert!(!first.has_ended());
    runtime.block_on(create(&url, "second"));
}

/// With Redis at a stand the server listens and has no store yet.
#[tokio::test(flavor = "multi_thread")]
async fn calls_wait_until_the_store_is_open() {
    let redis = RedisServer::start(Fsync::EverySecond);
    redis.pause();
    let mut server = Served::start(&redis.url(), &["--exit-with-stdin"], Stdio::piped());
    let _stdin = server.stdin();
    let url = server.url();
    let creating = tokio::spawn(async move { create(&url, "early").await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!creating.is_finished(), "there is no store yet");
    redis.resume();
    tokio::time::timeout(PATIENCE, creating).await.expect("in time").expect("created");
    assert!(!server.has_ended());
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_to_a_server_whose_store_cannot_be_opened_are_told_unavailable() {
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let store = format!("redis://{}/0", silent.local_addr().expect("an address"));
    let mut server = Served::start(&store, &["--exit-with-stdin"], Stdio::piped());
    let _stdin = server.stdin();
    let options = ConnectOptions::to(server.url()).with_deadline(Duration::from_secs(15));
    let calling = tokio::spawn(async move {
        let client = Client::connect_with(options).await?;
        client.studies(None).await
    });
    let (status, said) = tokio::task::spawn_blocking(move || server.end()).await.expect("no panic");
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("the store cannot be opened"), "{said}");
    let answer = tokio::time::timeout(PATIENCE, calling).await.expect("in time").expect("no panic");
    let error = answer.expect_err("nobody serves");
    assert_eq!(error.code(), Code::Unavailable, "{error}");
}
