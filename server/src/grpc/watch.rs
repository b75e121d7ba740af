//! The stream of a study's events.

use std::pin::Pin;

use futures::{Stream, StreamExt as _, stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tunewright_core::Refusal;
use tunewright_core::study::Event;
use tunewright_proto::convert::WatchEvent;
use tunewright_proto::status::to_status;
use tunewright_proto::v1;

use super::answer::study_info;
use crate::auth::Caller;
use crate::storage::Durability;
use crate::studies::Handle;

/// What `WatchStudy` streams.
pub(super) type WatchStream = dyn Stream<Item = Result<v1::WatchStudyResponse, Status>> + Send;

/// One watcher.
struct Watcher {
    handle: Handle,
    caller: Caller,
    durability: Durability,
    events: Receiver<Event>,
    shutdown: CancellationToken,
    /// To be sent before anything else.
    next: Option<WatchEvent>,
    over: bool,
}

/// The study as it is, then every change, until the study is deleted, the server shuts down or the caller's token is
/// good no more.
pub(super) async fn watch(
    handle: Handle,
    caller: Caller,
    durability: Durability,
    shutdown: CancellationToken,
) -> Result<Pin<Box<WatchStream>>, Refusal> {
    // Subscribed before the study is read, so that nothing falls between the two; at worst a change comes twice.
    let events = handle.events();
    let first = WatchEvent::Study(Box::new(study_info(&handle.view().await?, durability)));
    let watcher = Watcher { handle, caller, durability, events, shutdown, next: Some(first), over: false };
    let events = stream::unfold(watcher, async |mut watcher| Some((watcher.next().await?, watcher)));
    Ok(events.map(|event| encode(event).map_err(|refusal| to_status(&refusal))).boxed())
}

impl Watcher {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Result<WatchEvent, Refusal>> {
        if self.over {
            return None;
        }
        if let Some(event) = self.next.take() {
            return Some(Ok(event));
        }
        let event = tokio::select! {
            event = self.events.recv() => event,
            () = self.handle.closed() => Err(RecvError::Closed),
            () = self.shutdown.cancelled() => Err(RecvError::Closed),
            refusal = self.caller.ended() => {
                self.over = true;
                return Some(Err(refusal));
            }
        };
        let event = match event {
            Ok(event) => self.shown(&event).await,
            Err(RecvError::Lagged(missed)) => {
                // After the gap marker the study as it is, so that counts are right again.
                self.next = self.current().await.ok();
                return Some(Ok(WatchEvent::Gap { missed }));
            }
            Err(RecvError::Closed) => return self.end(),
        };
        self.over = event.is_err();
        Some(event)
    }

    /// What watchers see of an event; of the study itself they see all of it.
    async fn shown(&self, event: &Event) -> Result<WatchEvent, Refusal> {
        match WatchEvent::of_trial(event) {
            Some(event) => Ok(event),
            None => self.current().await,
        }
    }

    async fn current(&self) -> Result<WatchEvent, Refusal> {
        let view = self.handle.view().await?;
        Ok(WatchEvent::Study(Box::new(study_info(&view, self.durability))))
    }

    /// A deleted study ends the stream; a server that goes away says so, and the watcher comes again.
    fn end(&mut self) -> Option<Result<WatchEvent, Refusal>> {
        self.over = true;
        self.shutdown.is_cancelled().then(|| Err(Refusal::unavailable("the server is shutting down", 500)))
    }
}

fn encode(event: Result<WatchEvent, Refusal>) -> Result<v1::WatchStudyResponse, Refusal> {
    event.and_then(v1::WatchStudyResponse::try_from)
}
