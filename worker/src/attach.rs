//! The worker's stream: kept open, and opened again whenever it breaks.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, Instant, sleep, sleep_until, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Status, Streaming};
use tracing::{debug, info, warn};
use tunewright_core::{Code, Refusal};
use tunewright_proto::status::from_status;
use tunewright_proto::v1;
use tunewright_proto::v1::attach_worker_request::Message as ToServer;
use tunewright_proto::v1::attach_worker_response::Message as FromServer;

use crate::backoff::{Backoff, chance};
use crate::link::Link;

/// How long the server may take to answer the hello.
const WELCOME: Duration = Duration::from_secs(10);
/// The longest time between two heartbeats, whatever the server says.
const HEARTBEAT_MOST: Duration = Duration::from_secs(10);
/// The shortest.
const HEARTBEAT_LEAST: Duration = Duration::from_millis(100);
/// So many heartbeats without an answer, and the stream counts as dead.
const UNANSWERED_MAX: u32 = 3;
/// Messages to the server that may wait; a stream that takes no more of them is dead.
const OUTBOX_LEN: usize = 16;

/// What the server is told about the worker; changes whenever the worker takes in an assignment or ends a trial.
#[derive(Clone, Debug, Default)]
pub(crate) struct Announcement {
    pub free: u32,
    /// The stream and the sequence of the last assignment that was taken in. `free` already accounts for it.
    pub received: (u64, u64),
    /// The live leases, each with its time to live.
    pub leases: Vec<(v1::LeaseRef, Duration)>,
}

/// What comes up the stream.
#[derive(Debug)]
pub(crate) enum Word {
    /// An assignment on the stream of this number.
    Assigned(u64, Box<v1::WorkerAssignment>),
    Revoked(v1::LostLease),
    Drain(String),
    /// The server will never let this worker in.
    Refused(Refusal),
}

/// The worker's side of the stream.
#[derive(Debug)]
pub(crate) struct Attach {
    pub link: Arc<Link>,
    pub hello: v1::WorkerHello,
    pub announced: watch::Receiver<Announcement>,
    pub words: mpsc::Sender<Word>,
    /// The shortest and the longest wait between two attempts to connect.
    pub waits: (Duration, Duration),
}

/// Why a stream ended.
#[derive(Debug)]
enum Broken {
    /// The worker ends.
    Ended,
    Lost(Refusal),
}

impl From<Status> for Broken {
    fn from(status: Status) -> Self {
        Self::Lost(from_status(&status))
    }
}

fn lost(message: &str) -> Broken {
    Broken::Lost(Refusal::new(Code::Unavailable, message))
}

impl Attach {
    /// Keeps the stream open until `end`.
    pub(crate) async fn run(mut self, end: CancellationToken) {
        let mut backoff = Backoff::new(self.waits.0, self.waits.1);
        let mut attached_before = false;
        let mut silences = 0;
        for stream in 1.. {
            let mut attached = false;
            let turn = self.link.turn();
            let broken = tokio::select! {
                () = end.cancelled() => return,
                broken = self.session(stream, &mut attached) => broken,
            };
            let Broken::Lost(refusal) = broken else { return };
            let hopeless = matches!(refusal.code, Code::Invalid | Code::Unauthenticated | Code::Forbidden);
            attached_before |= attached;
            // Once let in, running trials are worth more than an exit: whoever barred the worker may let it in again.
            if hopeless && !attached_before {
                drop(self.words.send(Word::Refused(refusal)).await);
                return;
            }
            if attached {
                backoff.reset();
            }
            self.link.move_on(turn);
            silences = if attached { 1 } else { silences + 1 };
            // Another server may be there at once; only when all have been asked, there is something to wait for.
            if silences % self.link.count() != 0 {
                info!(%refusal, "not attached to this server; trying the next one");
                continue;
            }
            // A server that is back gives each lease one full period, and hears of it in time only from a worker that
            // looks for it as often as it would send heartbeats.
            let most = period(&self.announced.borrow(), self.waits.1);
            let wait = backoff.wait(refusal.retry_after_ms.map(Duration::from_millis)).min(most);
            warn!(%refusal, ?wait, "not attached to the server; running trials go on");
            tokio::select! {
                () = end.cancelled() => return,
                () = sleep(wait) => {}
            }
        }
    }

    /// One stream from its hello to its break.
    async fn session(&mut self, stream: u64, attached: &mut bool) -> Broken {
        match self.talk(stream, attached).await {
            Ok(never) => match never {},
            Err(broken) => broken,
        }
    }

    async fn talk(&mut self, stream: u64, attached: &mut bool) -> Result<std::convert::Infallible, Broken> {
        let (outbox, sent) = mpsc::channel(OUTBOX_LEN);
        let out = Outbox { outbox, stream };
        out.send(ToServer::Hello(self.hello.clone()))?;
        let mut client = self.link.workers();
        let mut inbound = timeout(WELCOME, async {
            let mut inbound = client.attach_worker(ReceiverStream::new(sent)).await?.into_inner();
            let first = inbound.message().await?;
            Ok::<_, Status>((inbound, first))
        })
        .await
        .map_err(|_| lost("the server did not answer the hello"))?
        .map_err(Broken::from)
        .and_then(|(inbound, first)| match first.and_then(|first| first.message) {
            Some(FromServer::Welcome(welcome)) => Ok((inbound, welcome)),
            _ => Err(lost("the server did not welcome the worker")),
        })?;
        *attached = true;
        info!(server = inbound.1.server_version, worker = self.hello.worker_id, "attached");
        let most = match inbound.1.heartbeat_ms {
            0 => HEARTBEAT_MOST,
            ms => Duration::from_millis(ms).min(HEARTBEAT_MOST),
        };
        let announcement = self.announced.borrow_and_update().clone();
        out.heartbeat(&announcement)?;
        out.free(&announcement)?;
        self.exchange(&out, &mut inbound.0, most, announcement).await
    }

    /// Speaks with a server that has welcomed the worker.
    async fn exchange(
        &mut self,
        out: &Outbox,
        inbound: &mut Streaming<v1::AttachWorkerResponse>,
        most: Duration,
        mut announcement: Announcement,
    ) -> Result<std::convert::Infallible, Broken> {
        let mut unanswered = 1;
        let mut beaten = Instant::now();
        let mut pace = 1.0 - 0.2 * chance();
        loop {
            let next = beaten + period(&announcement, most).mul_f64(pace);
            tokio::select! {
                message = inbound.message() => {
                    let message = message?.ok_or_else(|| lost("the server ended the stream"))?;
                    if self.hear(out.stream, message).await? {
                        unanswered = 0;
                    }
                }
                changed = self.announced.changed() => {
                    if changed.is_err() {
                        return Err(Broken::Ended);
                    }
                    let now = self.announced.borrow_and_update().clone();
                    if (now.free, now.received) != (announcement.free, announcement.received) {
                        out.free(&now)?;
                    }
                    announcement = now;
                }
                () = sleep_until(next) => {
                    if unanswered >= UNANSWERED_MAX {
                        return Err(lost("the server answers no heartbeats"));
                    }
                    unanswered += 1;
                    beaten = Instant::now();
                    pace = 1.0 - 0.2 * chance();
                    out.heartbeat(&announcement)?;
                }
            }
        }
    }

    /// Takes in a message; whether it answers a heartbeat.
    async fn hear(&self, stream: u64, message: v1::AttachWorkerResponse) -> Result<bool, Broken> {
        let word = match message.message {
            Some(FromServer::Assignment(assignment)) => Word::Assigned(stream, Box::new(assignment)),
            Some(FromServer::Revoked(lease)) => Word::Revoked(lease),
            Some(FromServer::Drain(notice)) => Word::Drain(notice.reason),
            Some(FromServer::HeartbeatAck(_)) => return Ok(true),
            Some(FromServer::Welcome(_)) | None => {
                debug!("an unexpected message from the server");
                return Ok(false);
            }
        };
        self.words.send(word).await.map_err(|_| Broken::Ended)?;
        Ok(false)
    }
}

/// A third of the shortest time to live of a live lease, so that two lost heartbeats lose none.
fn period(announcement: &Announcement, most: Duration) -> Duration {
    let shortest = announcement.leases.iter().map(|(_, ttl)| *ttl / 3).min();
    shortest.unwrap_or(most).min(most).max(HEARTBEAT_LEAST)
}

/// What goes down one stream.
#[derive(Debug)]
struct Outbox {
    outbox: mpsc::Sender<v1::AttachWorkerRequest>,
    stream: u64,
}

impl Outbox {
    fn send(&self, message: ToServer) -> Result<(), Broken> {
        let message = v1::AttachWorkerRequest { message: Some(message) };
        self.outbox.try_send(message).map_err(|_| lost("the stream takes no more messages"))
    }

    fn heartbeat(&self, announcement: &Announcement) -> Result<(), Broken> {
        let leases = announcement.leases.iter().map(|(lease, _)| lease.clone()).collect();
        self.send(ToServer::Heartbeat(v1::WorkerHeartbeat { leases }))
    }

    fn free(&self, announcement: &Announcement) -> Result<(), Broken> {
        // Sequences count per stream: what came on an earlier one says nothing about this one.
        let (stream, sequence) = announcement.received;
        let received = if stream == self.stream { sequence } else { 0 };
        self.send(ToServer::FreeSlots(v1::FreeSlots { count: announcement.free, received }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heartbeats_follow_the_shortest_lease() {
        let lease = |ttl| (v1::LeaseRef::default(), Duration::from_millis(ttl));
        let with = |leases| Announcement { leases, ..Announcement::default() };
        let most = Duration::from_secs(10);
        assert_eq!(period(&with(vec![]), most), most);
        assert_eq!(period(&with(vec![lease(30_000)]), most), most);
        assert_eq!(period(&with(vec![lease(30_000), lease(3_000)]), most), Duration::from_secs(1));
        assert_eq!(period(&with(vec![lease(1)]), most), HEARTBEAT_LEAST);
    }
}
