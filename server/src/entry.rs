//! The one way from a caller to a study.

use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::study::StudyRef;

use crate::auth::Caller;
use crate::studies::{Handle, Registry};

/// The study of this name, for a caller who may do this in its project. Whether there is such a study, nobody else
/// gets to know.
///
/// # Errors
/// `forbidden`, `not_found`.
pub(crate) fn study(
    registry: &Registry,
    caller: &Caller,
    need: Need,
    key: &StudyRef,
) -> Result<Handle, Refusal> {
    caller.authorize(need, &key.project)?;
    registry.get(key)
}
