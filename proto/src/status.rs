//! The one table from error codes to gRPC codes, and how a refusal crosses the wire.
//!
//! A [`Refusal`] travels as a `google.rpc.Status` with standard details, so that every gRPC client can read it:
//! `ErrorInfo` (reason: our code, domain `tunewright`), `BadRequest` (the field), `Help`-like hint in `ErrorInfo`'s
//! metadata, and `RetryInfo`.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code as GrpcCode, Status};
use tonic_types::{ErrorDetails, StatusExt as _};
use tunewright_core::{Code, Refusal};

const DOMAIN: &str = "tunewright";

/// The gRPC code of one of ours.
#[must_use]
pub const fn grpc_code(code: Code) -> GrpcCode {
    match code {
        Code::Invalid => GrpcCode::InvalidArgument,
        Code::NotFound => GrpcCode::NotFound,
        Code::AlreadyExists => GrpcCode::AlreadyExists,
        Code::Conflict | Code::LeaseLost => GrpcCode::Aborted,
        Code::Closed => GrpcCode::FailedPrecondition,
        Code::Exhausted => GrpcCode::ResourceExhausted,
        Code::Unavailable => GrpcCode::Unavailable,
        Code::Unauthenticated => GrpcCode::Unauthenticated,
        Code::Forbidden => GrpcCode::PermissionDenied,
        Code::Internal => GrpcCode::Internal,
    }
}

/// The status that carries a refusal.
#[must_use]
pub fn to_status(refusal: &Refusal) -> Status {
    let mut metadata = HashMap::new();
    if let Some(hint) = &refusal.hint {
        metadata.insert("hint".to_owned(), hint.clone());
    }
    let mut details = ErrorDetails::with_error_info(refusal.code.as_str(), DOMAIN, metadata);
    if let Some(field) = &refusal.field {
        details.add_bad_request_violation(field, &refusal.message);
    }
    if let Some(ms) = refusal.retry_after_ms {
        details.set_retry_info(Some(Duration::from_millis(ms)));
    }
    Status::with_error_details(grpc_code(refusal.code), refusal.to_string(), details)
}

/// The refusal that a status carries; one that did not come from our server gets the nearest code of ours.
#[must_use]
pub fn from_status(status: &Status) -> Refusal {
    let details = status.get_error_details();
    let info = details.error_info().filter(|info| info.domain == DOMAIN);
    let code =
        info.and_then(|info| Code::from_name(&info.reason)).unwrap_or_else(|| nearest_code(status.code()));
    let violation = details.bad_request().and_then(|bad| bad.field_violations.first());
    Refusal {
        code,
        field: violation.map(|violation| violation.field.clone()),
        message: violation
            .map_or_else(|| status.message().to_owned(), |violation| violation.description.clone()),
        hint: info.and_then(|info| info.metadata.get("hint").cloned()),
        retry_after_ms: details
            .retry_info()
            .and_then(|retry| retry.retry_delay)
            .map(|delay| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)),
    }
}

const fn nearest_code(code: GrpcCode) -> Code {
    match code {
        GrpcCode::InvalidArgument | GrpcCode::OutOfRange => Code::Invalid,
        GrpcCode::NotFound => Code::NotFound,
        GrpcCode::AlreadyExists => Code::AlreadyExists,
        GrpcCode::Aborted => Code::Conflict,
        GrpcCode::FailedPrecondition => Code::Closed,
        GrpcCode::ResourceExhausted => Code::Exhausted,
        GrpcCode::Unauthenticated => Code::Unauthenticated,
        GrpcCode::PermissionDenied => Code::Forbidden,
        GrpcCode::Unavailable | GrpcCode::DeadlineExceeded | GrpcCode::Cancelled => Code::Unavailable,
        GrpcCode::Ok
        | GrpcCode::Unknown
        | GrpcCode::Unimplemented
        | GrpcCode::Internal
        | GrpcCode::DataLoss => Code::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_crosses_the_wire_whole() {
        for code in Code::ALL {
            let plain = Refusal::new(code, "something is wrong");
            assert_eq!(from_status(&to_status(&plain)), plain);
            let full = Refusal {
                field: Some("space.model.svm.C".to_owned()),
                hint: Some("swap the bounds".to_owned()),
                retry_after_ms: Some(1_500),
                ..plain
            };
            assert_eq!(from_status(&to_status(&full)), full);
        }
    }

    #[test]
    fn a_foreign_status_gets_the_nearest_code() {
        let refusal = from_status(&Status::unavailable("connection refused"));
        assert_eq!((refusal.code, refusal.message.as_str()), (Code::Unavailable, "connection refused"));
    }
}
