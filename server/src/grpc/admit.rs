//! Who calls and with what.

use tonic::{Request, Status};
use tunewright_core::{Code, Refusal};
use tunewright_proto::status::to_status;

use crate::auth::Caller;

/// Takes a call apart. One that did not come through the door has no caller, and is not let in.
pub(super) fn taken<T>(request: Request<T>) -> Result<(Caller, T), Status> {
    let caller = request.extensions().get::<Caller>().cloned().ok_or_else(|| {
        to_status(&Refusal::new(Code::Unauthenticated, "the call did not say who makes it"))
    })?;
    Ok((caller, request.into_inner()))
}
