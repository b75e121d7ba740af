//! The HTTP API: what the dashboard reads and does, for any other program too. Each handler decodes, calls one handle,
//! and encodes; who may call is asked as everywhere.

mod aggregates;
mod attachments;
mod columns;
mod control;
mod curves;
mod edf;
mod events;
mod export;
mod extract;
mod failures;
mod openapi;
mod remembered;
mod server;
mod studies;
mod study;
mod timeline;
mod trial;
mod trials;
mod workers;

use std::sync::Arc;

use axum::Router;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::name::{ProjectName, StudyName};
use tunewright_core::study::StudyRef;

use self::extract::StudyPath;
use crate::auth::Caller;
use crate::dispatch::DispatchHandle;
use crate::entry;
use crate::studies::{Handle, Registry, Tables};

pub(super) use self::openapi::described;
pub(super) use self::remembered::Remembered;

/// What the handlers need. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) registry: Registry,
    pub(crate) dispatch: DispatchHandle,
    pub(crate) tables: Tables,
    pub(crate) remembered: Remembered,
    /// Ends the streams.
    pub(crate) shutdown: CancellationToken,
    /// Attachments may be large, and are in memory while they are sent: so many at once.
    pub(crate) downloads: Arc<Semaphore>,
    /// Whether callers are asked who they are.
    pub(crate) auth: bool,
}

impl Api {
    /// The study that a path names, for a caller who may do this in its project.
    fn study(&self, caller: &Caller, need: Need, path: &StudyPath) -> Result<Handle, Refusal> {
        entry::study(&self.registry, caller, need, &path.key()?)
    }
}

/// Everything under `/api/v1`. Answers are compressed as fast as it goes: they are made for one reader each.
pub(super) fn router(api: Api) -> Router {
    let (router, _) = described();
    let compression = CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest);
    router.with_state(api).layer(compression)
}

/// A study by the names of its project and its own.
fn key(project: &str, study: &str) -> Result<StudyRef, Refusal> {
    Ok(StudyRef::new(ProjectName::new(project)?, StudyName::new(study)?))
}
