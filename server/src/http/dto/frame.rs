//! What the live stream says.

use serde::Serialize;
use utoipa::ToSchema;

use super::StudySummary;

/// How a study stands, as the stream says it. Rows are not in it: whoever shows trials asks for what has changed up to
/// `rev`, so that a frame which is lost costs nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StudyFrame {
    #[serde(flatten)]
    pub(crate) summary: StudySummary,
    /// Trials that have new intermediate values, at most 200 of them.
    pub(crate) reported: Vec<u64>,
    /// The server's clock, in milliseconds since 1970.
    pub(crate) now: u64,
}
