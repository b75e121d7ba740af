//! What bad requests are thrown at: a store with something of everything, and as many servers on copies of it as are wanted.

use std::path::Path;

use prost::Message as _;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tunewright_core::Timestamp;
use tunewright_proto::v1;
use tunewright_server::storage::backup::{BackingUp, Selection, Watch, back_up};
use tunewright_server::storage::{OpenOptions, open};
use tunewright_server::{Config, Secret};

use super::state::must;
use super::words::Words;
use crate::access::bench::{Bench, ROOT, call_on, create_study, study};

/// A store with a study that goes on (a trial that is leased and has a report, one that ended, one that waits,
/// attachments), one that was stopped, a good token and a revoked one.
pub struct Ground {
    store: TempDir,
    /// All that is in it.
    pub bytes: Vec<u8>,
    pub lease: v1::LeaseRef,
    token: String,
}

/// A server on a copy of it.
pub struct Copy {
    pub bench: Bench,
    store: TempDir,
}

pub fn address(store: &TempDir) -> String {
    format!("redb-buffered:{}", store.path().display())
}

fn config(store: &TempDir) -> Config {
    Config { store: address(store), auth: true, admin_token: Secret::parse(ROOT), ..Config::default() }
}

/// All that a store has that no server has open.
pub async fn bytes_of(store: &TempDir) -> Vec<u8> {
    let storage = open(&address(store), OpenOptions { allow_unsafe: false }).await.expect("opened");
    let all = BackingUp { selection: Selection::Everything, tokens: true, now: Timestamp(0) };
    let (stop, mut bytes) = (CancellationToken::new(), Vec::new());
    let watch = Watch { stop: &stop, step: &|_| () };
    back_up(&*storage, &all, &mut bytes, watch).await.expect("backed up");
    bytes
}

impl Ground {
    pub async fn new() -> Self {
        let store = tempfile::tempdir().expect("a directory");
        let bench = Bench::with(config(&store)).await;
        let lease = settle(&bench.channel).await;
        let token = bench.token(&["study:read@vision"], 0).await.token.expect("told").id;
        let revoked = bench.token(&["admin@text"], 0).await.token.expect("told").id;
        bench.revoke(&revoked).await;
        bench.server.stop().await;
        let bytes = bytes_of(&store).await;
        Self { store, bytes, lease, token }
    }

    /// Another one of the same.
    pub fn copy_store(&self) -> TempDir {
        let copy = tempfile::tempdir().expect("a directory");
        copy_all(self.store.path(), copy.path());
        copy
    }

    pub async fn copy(&self) -> Copy {
        let store = self.copy_store();
        Copy { bench: Bench::with(config(&store)).await, store }
    }

    /// What means something to its servers.
    pub fn words(&self) -> Words {
        let all = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let digest = "0123456789abcdef".repeat(4);
        Words(vec![
            ("project", all(&["vision", "vision", "vision", "text", ""])),
            // Of studies, options and attachments alike.
            ("name", all(&["digits", "digits", "digits", "words", "model"])),
            ("lease_id", vec![self.lease.lease_id.clone()]),
            ("id", vec![self.token.clone()]),
            ("client_id", all(&["me"])),
            ("worker_id", all(&["w"])),
            ("request_id", all(&["", "once"])),
            ("label", all(&["", "x"])),
            ("key", all(&["x", "y", "accuracy"])),
            ("option", all(&["a"])),
            ("sha256", vec![digest]),
            ("scopes", all(&["study:read@vision", "worker:run@*"])),
            ("clear", all(&["max_trials", "objective"])),
            ("function", all(&["train:objective"])),
            ("python_version", all(&["3.11"])),
            ("cloudpickle_version", all(&["3.1.2"])),
        ])
    }
}

impl Copy {
    pub fn channel(&self) -> &Channel {
        &self.bench.channel
    }

    /// Ends it and answers with all that it leaves behind.
    pub async fn end(self) -> Vec<u8> {
        self.bench.server.stop().await;
        bytes_of(&self.store).await
    }
}

/// Fills a new store; the lease that goes on.
async fn settle(channel: &Channel) -> v1::LeaseRef {
    let digits = study("vision", "digits");
    let mut create = create_study("vision", "digits");
    // Nothing may expire while others look.
    create.spec.as_mut().expect("told").lease_ttl_ms = Some(86_400_000);
    let _: v1::CreateStudyResponse = must(channel, "StudyService/CreateStudy", &create).await;
    let ask = v1::AskTrialsRequest {
        study: digits.clone(),
        client_id: "me".to_owned(),
        count: 2,
        ..Default::default()
    };
    let asked: v1::AskTrialsResponse = must(channel, "TrialService/AskTrials", &ask).await;
    let leases: Vec<_> = asked.assignments.into_iter().map(|it| it.lease.expect("leased")).collect();
    let report = v1::ReportTrialRequest { lease: Some(leases[0].clone()), step: 3, ..Default::default() };
    let _: v1::ReportTrialResponse = must(channel, "TrialService/ReportTrial", &report).await;
    let complete = v1::CompleteTrialRequest {
        lease: Some(leases[1].clone()),
        loss: 0.5,
        output: "done\n".to_owned(),
        ..Default::default()
    };
    let _: v1::CompleteTrialResponse = must(channel, "TrialService/CompleteTrial", &complete).await;
    let value = v1::ParamValue { kind: Some(v1::param_value::Kind::DoubleValue(0.5)) };
    let point = Some(v1::Point { values: [("x".to_owned(), value)].into() });
    let enqueue = v1::EnqueueTrialRequest { study: digits.clone(), point, ..Default::default() };
    let _: v1::EnqueueTrialResponse = must(channel, "TrialService/EnqueueTrial", &enqueue).await;
    for trial in [None, Some(1)] {
        attach(channel, v1::AttachmentRef { study: digits.clone(), trial, name: "model".to_owned() }).await;
    }
    let _: v1::CreateStudyResponse =
        must(channel, "StudyService/CreateStudy", &create_study("text", "words")).await;
    let stop = v1::StopStudyRequest { study: study("text", "words"), cancel_running: true };
    let _: v1::StopStudyResponse = must(channel, "StudyService/StopStudy", &stop).await;
    leases[0].clone()
}

/// Puts a few bytes there.
pub async fn attach(channel: &Channel, key: v1::AttachmentRef) {
    use v1::put_attachment_request::Part;
    const SHA256_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let attachment = v1::Attachment { key: Some(key), size: 3, sha256: SHA256_OF_ABC.to_owned() };
    let parts = [Part::Attachment(attachment), Part::Content(bytes::Bytes::from_static(b"abc"))];
    let messages =
        parts.into_iter().map(|part| v1::PutAttachmentRequest { part: Some(part) }.encode_to_vec()).collect();
    let put = call_on(channel, "tunewright.v1.AttachmentService/PutAttachment", messages, Some(ROOT)).await;
    put.expect("attached");
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("read");
        let place = to.join(entry.file_name());
        if entry.file_type().expect("known").is_dir() {
            std::fs::create_dir(&place).expect("made");
            copy_all(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).expect("copied");
        }
    }
}
