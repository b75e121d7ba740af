//! Who calls and with what, and the one way from a caller to a study.

use tonic::{Request, Status};
use tunewright_core::access::Need;
use tunewright_core::study::StudyRef;
use tunewright_core::{Code, Refusal};
use tunewright_proto::status::to_status;

use crate::auth::Caller;
use crate::studies::{Handle, Registry};

/// Takes a call apart. One that did not come through the door has no caller, and is not let in.
pub(super) fn taken<T>(request: Request<T>) -> Result<(Caller, T), Status> {
    let caller = request.extensions().get::<Caller>().cloned().ok_or_else(|| {
        to_status(&Refusal::new(Code::Unauthenticated, "the call did not say who makes it"))
    })?;
    Ok((caller, request.into_inner()))
}

/// The study of this name, for a caller who may do this in its project. Whether there is such a study, nobody else
/// gets to know.
///
/// # Errors
/// `forbidden`, `not_found`.
pub(super) fn study(
    registry: &Registry,
    caller: &Caller,
    need: Need,
    key: &StudyRef,
) -> Result<Handle, Refusal> {
    caller.authorize(need, &key.project)?;
    registry.get(key)
}
