//! Attachments over the real wire: kept, listed in pages, replaced, deleted; and what is refused changes nothing.

use std::process::Command;

use futures::StreamExt as _;
use futures::stream;
use serde_json::{Value, json};
use tonic::{Code as GrpcCode, Status};
use tunewright::{Client, Code, ConnectOptions, Study, StudyRef, StudySpec, TrialNumber};
use tunewright_proto::status::from_status;
use tunewright_proto::v1::attachment_service_client::AttachmentServiceClient;
use tunewright_proto::v1::put_attachment_request::Part;
use tunewright_proto::v1::{self, get_attachment_response};
use tunewright_server::storage::testing::{Fsync, RedisServer};

use crate::support::binary::binary;
use crate::support::in_process::InProcess;
use crate::support::process::Server;

const MIB: usize = 1 << 20;

fn spec() -> StudySpec {
    serde_json::from_value(json!({"space": {"x": {"type": "float", "low": 0.0, "high": 1.0}}}))
        .expect("a spec")
}

/// A study of which trial 0 is there.
async fn study(url: &str, name: &str) -> Study {
    let client = Client::connect_with(ConnectOptions::to(url)).await.expect("the server answers");
    let name: StudyRef = name.parse().expect("a name");
    client.create_study(&name, &spec()).await.expect("created");
    let study = client.study(name);
    study
        .enqueue([("x".to_owned(), tunewright::ParamValue::Float(0.5))].into_iter().collect())
        .await
        .expect("queued");
    study
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at ^ (at >> 8) ^ (at >> 16)).to_le_bytes()[0]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_store_keeps_them_over_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    are_kept(&format!("redb:{}", directory.path().display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_keeps_them_over_a_kill() {
    let redis = RedisServer::start(Fsync::EverySecond);
    are_kept(&redis.url()).await;
}

async fn are_kept(store: &str) {
    let mut server = Server::start(store);
    let study = study(&server.url, "kept").await;
    let first = Some(TrialNumber(0));
    let contents = [
        (None, "objective/0a", bytes(5 * MIB + 3)),
        (None, "a", Vec::new()),
        (None, "größe 🦀", bytes(256)),
        (first, "a", b"the trial's".to_vec()),
        (first, "model", bytes(MIB)),
    ];
    for (trial, name, content) in &contents {
        let put = study.put_attachment(*trial, name, content.clone()).await.expect("kept");
        assert_eq!(put.size, content.len() as u64);
    }
    study.put_attachment(first, "model", bytes(2 * MIB)).await.expect("replaced");
    study.put_attachment(first, "gone", bytes(MIB)).await.expect("kept");
    study.delete_attachment(first, "gone").await.expect("deleted");
    study.delete_attachment(first, "gone").await.expect("deleting what is not there is fine");

    server.kill_9();
    server.start_again();
    for (trial, name, content) in &contents {
        let expected = if *name == "model" { bytes(2 * MIB) } else { content.clone() };
        let found = study.attachment(*trial, name).await.expect("it is there");
        assert!(found == expected, "{name}: another content of {} bytes", found.len());
    }
    let listed = study.attachments().await.expect("listed");
    let listed: Vec<_> =
        listed.iter().map(|it| (it.key.trial.map(|trial| trial.0), it.key.name.as_str(), it.size)).collect();
    let expected = [
        (None, "a", 0),
        (None, "größe 🦀", 256),
        (None, "objective/0a", 5 * MIB as u64 + 3),
        (Some(0), "a", 11),
        (Some(0), "model", 2 * MIB as u64),
    ];
    assert_eq!(listed, expected);
    for (trial, name) in [(None, "gone"), (first, "gone"), (first, "objective/0a")] {
        let error = study.attachment(trial, name).await.expect_err("it is not there");
        assert_eq!(error.code(), Code::NotFound, "{error}");
        assert!(error.to_string().contains(name) && error.hint().is_some(), "{error}");
    }

    study.delete().await.expect("deleted");
    assert_eq!(study.attachments().await.expect_err("it is gone").code(), Code::NotFound);
    let again = self::study(&server.url, "kept").await;
    assert_eq!(again.attachments().await.expect("listed"), [], "a new study of the name has none");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_one_goes_and_comes() {
    let server = InProcess::start().await;
    let study = study(&server.url, "large").await;
    let content = bytes(64 * MIB);
    study.put_attachment(None, "largest", content.clone()).await.expect("kept");
    assert!(study.attachment(None, "largest").await.expect("it is there") == content);
    let error = study.put_attachment(None, "too large", bytes(64 * MIB + 1)).await.expect_err("refused");
    assert_eq!((error.code(), error.hint().is_some()), (Code::Invalid, true), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_takes_10000_and_lists_them_in_pages() {
    let server = InProcess::start().await;
    let study = study(&server.url, "many").await;
    let puts = stream::iter(0..10_000_u32).map(|n| {
        let study = &study;
        async move {
            let trial = (n % 2 == 0).then_some(TrialNumber(0));
            study.put_attachment(trial, &format!("{n:05}"), n.to_string()).await
        }
    });
    puts.buffer_unordered(64).for_each(async |put| drop(put.expect("kept"))).await;
    let error = study.put_attachment(None, "one more", "x").await.expect_err("refused");
    assert_eq!(error.code(), Code::Exhausted, "{error}");
    assert!(error.to_string().contains("10000") && error.hint().is_some(), "{error}");
    study.put_attachment(None, "00001", "y").await.expect("replacing is fine");

    let mut raw = AttachmentServiceClient::connect(server.url.clone()).await.expect("connected");
    let mut request =
        v1::ListAttachmentsRequest { study: named("many"), page_size: 999, ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = raw.list_attachments(request.clone()).await.expect("a page").into_inner();
        assert!(page.attachments.len() <= 999 && !page.attachments.is_empty());
        found.extend(page.attachments.into_iter().filter_map(|it| it.key).map(|key| (key.trial, key.name)));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let odd = (0..10_000).filter(|n| n % 2 == 1).map(|n| (None, format!("{n:05}")));
    let even = (0..10_000).filter(|n| n % 2 == 0).map(|n| (Some(0), format!("{n:05}")));
    assert_eq!(found, odd.chain(even).collect::<Vec<_>>());
    assert_eq!(study.attachments().await.expect("all of them").len(), 10_000);
}

fn named(name: &str) -> Option<v1::StudyRef> {
    Some(v1::StudyRef { project: String::new(), name: name.to_owned() })
}

fn announce(change: impl FnOnce(&mut v1::Attachment)) -> v1::PutAttachmentRequest {
    let key = v1::AttachmentRef { study: named("sound"), trial: Some(0), name: "model".to_owned() };
    // Of `hello`.
    let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824".to_owned();
    let mut attachment = v1::Attachment { key: Some(key), size: 5, sha256 };
    change(&mut attachment);
    v1::PutAttachmentRequest { part: Some(Part::Attachment(attachment)) }
}

fn change_key(change: impl FnOnce(&mut v1::AttachmentRef)) -> v1::PutAttachmentRequest {
    announce(|it| change(it.key.as_mut().expect("a key")))
}

fn content(bytes: &[u8]) -> v1::PutAttachmentRequest {
    v1::PutAttachmentRequest { part: Some(Part::Content(bytes.to_vec().into())) }
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(answer: Result<T, Status>, code: GrpcCode, field: &str, says: &str) {
    let status = answer.expect_err(says);
    let refusal = from_status(&status);
    assert_eq!(status.code(), code, "{refusal}");
    assert_eq!(refusal.field.as_deref().unwrap_or_default(), field, "{refusal}");
    assert!(refusal.message.contains(says), "it says `{refusal}`, not `{says}`");
}

const INVALID: GrpcCode = GrpcCode::InvalidArgument;

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_named_and_changes_nothing() {
    let server = InProcess::start().await;
    let study = study(&server.url, "sound").await;
    study.put_attachment(Some(TrialNumber(0)), "model", "before").await.expect("kept");
    let before = study.attachments().await.expect("listed");
    let mut raw = AttachmentServiceClient::connect(server.url.clone()).await.expect("connected");
    let hello = || content(b"hello");
    let long = "n".repeat(513);
    for (messages, code, field, says) in [
        (vec![], INVALID, "attachment", "must be the first message"),
        (vec![hello()], INVALID, "attachment", "must be the first message"),
        (vec![v1::PutAttachmentRequest::default()], INVALID, "part", "must be given"),
        (vec![announce(|it| it.key = None)], INVALID, "attachment.key", "must be given"),
        (vec![change_key(|it| it.study = None)], INVALID, "attachment.key.study", "must be given"),
        (
            vec![change_key(|it| it.study = named("a b"))],
            INVALID,
            "attachment.key.study.name",
            "must be made of",
        ),
        (vec![change_key(|it| it.name.clear())], INVALID, "attachment.key.name", "must not be empty"),
        (vec![change_key(|it| it.name = long)], INVALID, "attachment.key.name", "at most 512 bytes"),
        (
            vec![change_key(|it| it.name = "a\tb".to_owned())],
            INVALID,
            "attachment.key.name",
            "control characters",
        ),
        (vec![announce(|it| it.sha256.clear())], INVALID, "attachment.sha256", "64 lowercase"),
        (vec![announce(|it| it.sha256 = "A".repeat(64))], INVALID, "attachment.sha256", "64 lowercase"),
        (vec![announce(|it| it.size = 1 << 40)], INVALID, "attachment.size", "at most 67108864 bytes"),
        (
            vec![announce(|_| ()), content(b"hullo")],
            INVALID,
            "attachment.sha256",
            "must be that of the content",
        ),
        (vec![announce(|_| ()), content(b"hell")], INVALID, "content", "must be 5 bytes in all, not 4"),
        (vec![announce(|_| ()), hello(), content(b"!")], INVALID, "content", "and is more"),
        (vec![announce(|_| ()), announce(|_| ())], INVALID, "attachment", "must come only once"),
        (
            vec![announce(|it| it.size = 2 << 20), content(&[0; MIB + 1])],
            INVALID,
            "content",
            "1048576 bytes a message",
        ),
        (
            vec![change_key(|it| it.study = named("nobody")), hello()],
            GrpcCode::NotFound,
            "",
            "no study `nobody`",
        ),
        (vec![change_key(|it| it.trial = Some(1)), hello()], GrpcCode::NotFound, "", "has no trial 1"),
        (vec![change_key(|it| it.trial = Some(u64::MAX)), hello()], GrpcCode::NotFound, "", "has no trial"),
    ] {
        assert_refused(raw.put_attachment(stream::iter(messages)).await, code, field, says);
    }
    assert_eq!(study.attachments().await.expect("listed"), before);
    assert_eq!(study.attachment(Some(TrialNumber(0)), "model").await.expect("it is there"), "before");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_for_is_named() {
    let server = InProcess::start().await;
    study(&server.url, "sound").await;
    let mut raw = AttachmentServiceClient::connect(server.url.clone()).await.expect("connected");
    let key =
        |name: &str| Some(v1::AttachmentRef { study: named("sound"), trial: None, name: name.to_owned() });
    let get = raw.get_attachment(v1::GetAttachmentRequest { key: None }).await;
    assert_refused(get, INVALID, "key", "must be given");
    let get = raw.get_attachment(v1::GetAttachmentRequest { key: key("") }).await;
    assert_refused(get, INVALID, "key.name", "must not be empty");
    let get = raw.get_attachment(v1::GetAttachmentRequest { key: key("model") }).await;
    assert_refused(get, GrpcCode::NotFound, "", "study `sound` has no attachment `model`");
    let delete = raw.delete_attachment(v1::DeleteAttachmentRequest { key: key("\n") }).await;
    assert_refused(delete, INVALID, "key.name", "control characters");
    let list = v1::ListAttachmentsRequest { study: named("sound"), page_size: 1_001, ..Default::default() };
    assert_refused(raw.list_attachments(list.clone()).await, INVALID, "page_size", "at most 1000");
    for token in ["x", "x/y", "1/", "99999999999999999999/a"] {
        let list = v1::ListAttachmentsRequest { page_size: 1, page_token: token.to_owned(), ..list.clone() };
        assert_refused(raw.list_attachments(list).await, INVALID, "page_token", "from an earlier page");
    }
}

/// A put that its caller leaves half-way is as if it had never been.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_content_is_none() {
    let server = InProcess::start().await;
    let study = study(&server.url, "sound").await;
    let mut raw = AttachmentServiceClient::connect(server.url.clone()).await.expect("connected");
    let open = stream::iter([announce(|_| ()), content(b"hel")]).chain(stream::pending());
    let put = tokio::time::timeout(std::time::Duration::from_millis(500), raw.put_attachment(open)).await;
    put.expect_err("it waits for the rest");
    assert_eq!(study.attachments().await.expect("listed"), []);

    // In pieces as a caller likes to cut it.
    let put = stream::iter([announce(|_| ()), content(b"he"), content(b""), content(b"llo")]);
    let answer = raw.put_attachment(put).await.expect("kept").into_inner();
    assert_eq!(answer.durability, "memory");
    let key = v1::AttachmentRef { study: named("sound"), trial: Some(0), name: "model".to_owned() };
    let got = raw.get_attachment(v1::GetAttachmentRequest { key: Some(key) }).await.expect("there");
    let parts: Vec<_> =
        got.into_inner().map(|it| it.expect("a message").part.expect("a part")).collect().await;
    let [get_attachment_response::Part::Attachment(told), get_attachment_response::Part::Content(hello)] =
        &parts[..]
    else {
        panic!("{parts:?}")
    };
    assert_eq!((told.size, &hello[..]), (5, &b"hello"[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_lists_and_fetches() {
    let server = InProcess::start().await;
    let study = study(&server.url, "cli").await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("model.bin");
    let tunewright = async |arguments: &[&str]| {
        let mut command = Command::new(binary());
        command.args(["--server", &server.url, "study"]).args(arguments);
        tokio::task::spawn_blocking(move || command.output().expect("tunewright starts"))
            .await
            .expect("no panic")
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");

    assert_eq!(text(&tunewright(&["attachments", "cli"]).await.stdout), "nothing is attached\n");
    study.put_attachment(None, "notes", "hello").await.expect("kept");
    study.put_attachment(Some(TrialNumber(0)), "model/best", bytes(3 * MIB)).await.expect("kept");
    let listed = text(&tunewright(&["attachments", "cli"]).await.stdout);
    assert!(
        listed.contains("notes") && listed.contains("model/best") && listed.contains("3145728"),
        "{listed}"
    );
    let listed: Value =
        serde_json::from_slice(&tunewright(&["--json", "attachments", "cli"]).await.stdout).expect("JSON");
    assert_eq!(listed[0]["name"], "notes");
    assert_eq!((&listed[0]["trial"], &listed[1]["trial"]), (&Value::Null, &json!(0)));

    let output = file.to_str().expect("text");
    let got = tunewright(&["attachment", "cli", "model/best", "--trial", "0", "--output", output]).await;
    assert!(got.status.success(), "{got:?}");
    assert!(std::fs::read(&file).expect("written") == bytes(3 * MIB));
    let none = tunewright(&["attachment", "cli", "model/best", "--output", output]).await;
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stderr).contains("has no attachment `model/best`"), "{none:?}");
}
