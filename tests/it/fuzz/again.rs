//! All that was refused, once more to a single server, as a process of its own.

use futures::{StreamExt as _, stream};
use nix::sys::signal::Signal;
use tempfile::{NamedTempFile, TempDir};
use tonic::transport::Channel;
use tunewright_proto::v1;

use super::ground::{Ground, address, bytes_of};
use super::rpc::{Refused, said};
use super::state::{State, must};
use crate::access::bench::{ROOT, create_study, study};
use crate::support::served::Served;

/// Requests under way at once.
const AT_ONCE: usize = 16;
/// What a server may have held at most, in MiB: none of the inputs is worth more than a moment's few.
const MEMORY_MIB: u64 = 400;

/// A server as a process, on a copy of the ground.
pub struct Alone {
    pub server: Served,
    channel: Channel,
    store: TempDir,
    before: State,
    root: NamedTempFile,
}

async fn serve(store: &TempDir, root: &NamedTempFile) -> (Served, Channel) {
    let (store, root) = (address(store), root.path().to_str().expect("text"));
    let server = Served::start(&["--store", &store, "--auth", "--admin-token-file", root], &[]);
    let channel = Channel::from_shared(server.url.clone()).expect("a URL").connect().await;
    (server, channel.expect("connected"))
}

impl Alone {
    pub async fn on(ground: &Ground) -> Self {
        let (store, root) = (ground.copy_store(), NamedTempFile::new().expect("a file"));
        std::fs::write(root.path(), ROOT).expect("written");
        let (server, channel) = serve(&store, &root).await;
        let before = State::of(&channel).await;
        Self { server, channel, store, before, root }
    }

    /// It lives, has held little memory, and has the state it had; so has the next one after a kill, and that runs a whole
    /// trial.
    pub async fn proves_unharmed(self, ground: &Ground) {
        let Self { server, channel, store, before, root } = self;
        assert!(State::of(&channel).await == before, "the state changed");
        let (peak, log) = (server.peak_mib(), server.log());
        println!("the server held {peak} MiB at most");
        assert!(peak < MEMORY_MIB, "{peak} MiB");
        assert!(!log.contains("panicked"), "{log}");
        drop(channel);
        server.signal(Signal::SIGKILL);
        server.end();
        assert!(bytes_of(&store).await == ground.bytes, "the store changed");
        let (_next, channel) = serve(&store, &root).await;
        assert!(State::of(&channel).await == before, "a restart changes the state");
        run_a_trial(&channel).await;
    }
}

/// They are refused with the same codes, in any order, and do no harm.
pub async fn refuses_all_again(ground: &Ground, refused: Vec<Refused>) {
    let alone = Alone::on(ground).await;
    let channel = &alone.channel;
    let again =
        refused.iter().map(|it| async move { (said(channel, &it.path, it.request.clone()).await, it) });
    let again: Vec<_> = stream::iter(again).buffer_unordered(AT_ONCE).collect().await;
    let differently: Vec<_> = again
        .into_iter()
        .filter(|(code, it)| *code != Some(it.code))
        .map(|(code, it)| format!("{}: {code:?}, not {:?}, to {:02x?}", it.path, it.code, it.request))
        .collect();
    assert!(differently.is_empty(), "{differently:#?}");
    alone.proves_unharmed(ground).await;
}

async fn run_a_trial(channel: &Channel) {
    let after = study("vision", "after");
    let _: v1::CreateStudyResponse =
        must(channel, "StudyService/CreateStudy", &create_study("vision", "after")).await;
    let ask = v1::AskTrialsRequest { study: after.clone(), client_id: "me".to_owned(), ..Default::default() };
    let mut asked: v1::AskTrialsResponse = must(channel, "TrialService/AskTrials", &ask).await;
    let lease = asked.assignments.remove(0).lease;
    let report = v1::ReportTrialRequest { lease: lease.clone(), loss: Some(2.0), ..Default::default() };
    let _: v1::ReportTrialResponse = must(channel, "TrialService/ReportTrial", &report).await;
    let complete = v1::CompleteTrialRequest { lease, loss: 1.5, ..Default::default() };
    let _: v1::CompleteTrialResponse = must(channel, "TrialService/CompleteTrial", &complete).await;
    let best: v1::GetBestTrialResponse =
        must(channel, "TrialService/GetBestTrial", &v1::GetBestTrialRequest { study: after }).await;
    assert_eq!(best.trial.and_then(|trial| trial.loss), Some(1.5));
}
