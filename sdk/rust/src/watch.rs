//! Following a study.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tonic::Streaming;
use tunewright_core::Code;
use tunewright_core::study::StudyRef;
use tunewright_proto::convert::WatchEvent;
use tunewright_proto::v1;

use crate::backoff::Backoff;
use crate::call::studies;
use crate::error::Failure;
use crate::{Client, Error};

/// So many events wait for a slow reader here; beyond that the server keeps them, and then leaves a gap.
const WAITING_MAX: usize = 256;

/// The events of a study, as a [`Stream`]. It ends after an error that will not pass, for example because the study was deleted.
#[derive(Debug)]
pub struct Watch {
    events: mpsc::Receiver<Result<WatchEvent, Error>>,
}

impl Watch {
    pub(crate) fn start(client: Client, study: StudyRef) -> Self {
        let (sender, events) = mpsc::channel(WAITING_MAX);
        tokio::spawn(async move {
            tokio::select! {
                () = follow(&client, &study, &sender) => {}
                () = sender.closed() => {}
            }
        });
        Self { events }
    }

    /// The next event; `None` once it has ended.
    pub async fn next(&mut self) -> Option<Result<WatchEvent, Error>> {
        self.events.recv().await
    }
}

impl Stream for Watch {
    type Item = Result<WatchEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(context)
    }
}

type Events = mpsc::Sender<Result<WatchEvent, Error>>;

async fn follow(client: &Client, study: &StudyRef, events: &Events) {
    let mut backoff = Backoff::new();
    loop {
        let request = v1::WatchStudyRequest { study: Some(study.into()) };
        let (turn, line) = client.line();
        let failure = match studies(line).watch_study(request).await {
            Ok(answer) => match forward(answer.into_inner(), events).await {
                Ok(heard) => {
                    if heard {
                        backoff = Backoff::new();
                    }
                    None
                }
                Err(failure) => Some(failure),
            },
            Err(status) => Some(Failure::from(status)),
        };
        let retry_after_ms = failure.as_ref().and_then(|failure| failure.refusal.retry_after_ms);
        if let Some(Failure { refusal, .. }) = failure {
            if !refusal.code.is_retryable() {
                // If nobody reads any more, nobody needs to know.
                let _ = events.send(Err(refusal.into())).await;
                return;
            }
            if refusal.code == Code::Unavailable {
                client.move_on(turn);
            }
            tracing::debug!(%refusal, %study, "watching again");
        }
        sleep(backoff.wait(retry_after_ms)).await;
    }
}

/// Passes events on until the stream ends; tells whether there were any.
async fn forward(mut stream: Streaming<v1::WatchStudyResponse>, events: &Events) -> Result<bool, Failure> {
    let mut heard = false;
    while let Some(response) = stream.message().await? {
        heard = true;
        let event =
            WatchEvent::try_from(response).map_err(|refusal| Error::Answer { call: "WatchStudy", refusal });
        if events.send(event).await.is_err() {
            break;
        }
    }
    Ok(heard)
}
