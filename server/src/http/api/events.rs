//! The live stream of one study.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::response::sse::{Event as Frame, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, stream};
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::{Instant, sleep_until, timeout};
use tunewright_core::access::Need;
use tunewright_core::study::{Event, StudyRef};
use tunewright_core::{Code, Refusal};
use utoipa::IntoParams;

use super::Api;
use super::extract::Asked;
use crate::auth::Caller;
use crate::entry;
use crate::http::dto::{StudyFrame, StudySummary};
use crate::problem::{Problem, ProblemBody};
use crate::studies::Handle;

/// The least time between two frames: a person sees no more, and 500 results a second are as good as one.
const PACE: Duration = Duration::from_millis(200);
/// Without any event the study is looked at this often all the same, as its rate and its estimates change with time.
const LOOK: Duration = Duration::from_secs(5);
/// A sign of life, so that whoever listens knows a quiet study from a cut line.
const ALIVE: Duration = Duration::from_secs(10);
/// Trials with new intermediate values that one frame names.
const REPORTED_MAX: usize = 200;

/// Whose events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// `project/study`, or `study` in the default project.
    study: String,
}

/// How a study stands, at once and whenever that changes, at most five times a second. Event `study` carries it; `gone` is
/// the last one of a study that was deleted.
#[utoipa::path(get, path = "/api/v1/events", params(EventsQuery),
    responses((status = OK, body = StudyFrame, content_type = "text/event-stream"),
        (status = "default", body = ProblemBody)))]
pub(super) async fn events(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Asked(query): Asked<EventsQuery>,
) -> Result<Response, Problem> {
    let key: StudyRef = query.study.parse()?;
    let handle = entry::study(&api.registry, &caller, Need::Read, &key)?;
    // Subscribed before the study is read for the first time, so that nothing falls between the two.
    let events = handle.events();
    let watcher = Watcher { api, caller, handle, events, reported: BTreeSet::new(), sent: None, over: false };
    let alive = KeepAlive::new().interval(ALIVE);
    let mut response = Sse::new(frames(watcher)).keep_alive(alive).into_response();
    // What stands between must not collect frames before it passes them on.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

/// Somebody who watches one study.
struct Watcher {
    api: Api,
    caller: Caller,
    handle: Handle,
    events: Receiver<Event>,
    reported: BTreeSet<u64>,
    /// When, and what.
    sent: Option<(Instant, StudySummary)>,
    over: bool,
}

fn frames(watcher: Watcher) -> impl Stream<Item = Result<Frame, Infallible>> {
    stream::unfold(watcher, async |mut watcher| Some((Ok(watcher.next().await?), watcher)))
}

impl Watcher {
    /// The next frame; `None` at the end.
    async fn next(&mut self) -> Option<Frame> {
        while !self.over {
            if self.sent.is_some() && !self.wait().await {
                return None;
            }
            match self.look().await {
                Ok(Some(frame)) => return Some(frame),
                Ok(None) => {}
                Err(refusal) if refusal.code == Code::NotFound => {
                    self.over = true;
                    return Some(Frame::default().event("gone").data("{}"));
                }
                // The store is away: the page sees by the missing frames that this is not live.
                Err(_) => tokio::time::sleep(PACE).await,
            }
        }
        None
    }

    /// Waits until the study is worth a look; false if the stream is over.
    async fn wait(&mut self) -> bool {
        let Self { api, caller, handle, events, reported, sent, .. } = self;
        let ended = async {
            tokio::select! {
                () = handle.closed() => {}
                () = api.shutdown.cancelled() => {}
                _ = caller.ended() => {}
            }
        };
        let something = async {
            if let Ok(Ok(Event::Report { number, .. })) = timeout(LOOK, events.recv()).await {
                reported.insert(number.0);
            }
            sleep_until(sent.as_ref().map_or_else(Instant::now, |(at, _)| *at + PACE)).await;
            drain(events, reported);
        };
        tokio::select! {
            () = something => true,
            () = ended => self.is_deleted(),
        }
    }

    /// Whether the stream ends because the study is no more, which is worth a last frame.
    fn is_deleted(&self) -> bool {
        self.caller.check().is_ok() && self.api.registry.get(self.handle.key()).is_err()
    }

    /// A frame, if it says anything new.
    async fn look(&mut self) -> Result<Option<Frame>, Refusal> {
        let handle = self.api.registry.get(self.handle.key())?;
        if handle.id() != self.handle.id() {
            return Err(Refusal::not_found("another study has its name now"));
        }
        let now = self.api.registry.now();
        let summary = StudySummary::of(&*handle.glance(now).await?, now);
        let known = self.sent.as_ref().is_some_and(|(_, sent)| *sent == summary);
        if known && self.reported.is_empty() {
            return Ok(None);
        }
        let reported = std::mem::take(&mut self.reported).into_iter().collect();
        self.sent = Some((Instant::now(), summary.clone()));
        let frame = StudyFrame { summary, reported, now: now.0 };
        Frame::default()
            .event("study")
            .json_data(frame)
            .map(Some)
            .map_err(|_| Refusal::internal("a frame has no JSON form"))
    }
}

/// Takes in all that has come. Whatever was missed, the next look shows where the study stands.
fn drain(events: &mut Receiver<Event>, reported: &mut BTreeSet<u64>) {
    loop {
        match events.try_recv() {
            Ok(Event::Report { number, .. }) if reported.len() < REPORTED_MAX => {
                reported.insert(number.0);
            }
            Ok(_) | Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return,
        }
    }
}
