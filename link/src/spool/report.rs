//! The three ways to end a trial.

use prost::Message as _;
use tunewright_core::Code;
use tunewright_proto::v1;

/// The request that ends a trial.
#[derive(Clone, Debug, PartialEq)]
pub enum FinalReport {
    Complete(v1::CompleteTrialRequest),
    Prune(v1::PruneTrialRequest),
    Fail(v1::FailTrialRequest),
}

impl FinalReport {
    /// The attempt that it ends.
    #[must_use]
    pub fn lease(&self) -> Option<&v1::LeaseRef> {
        match self {
            Self::Complete(request) => request.lease.as_ref(),
            Self::Prune(request) => request.lease.as_ref(),
            Self::Fail(request) => request.lease.as_ref(),
        }
    }

    /// Whether a refusal of this code means that it will never be taken. One for lack of a right is none: a person may
    /// give the right.
    #[must_use]
    pub const fn is_refused_for_good(code: Code) -> bool {
        match code {
            Code::Invalid
            | Code::NotFound
            | Code::AlreadyExists
            | Code::Conflict
            | Code::LeaseLost
            | Code::Closed => true,
            Code::Exhausted
            | Code::Unavailable
            | Code::Unauthenticated
            | Code::Forbidden
            | Code::Internal => false,
        }
    }

    /// The method of the trial service that takes it.
    pub(super) const fn method(&self) -> &'static str {
        match self {
            Self::Complete(_) => "CompleteTrial",
            Self::Prune(_) => "PruneTrial",
            Self::Fail(_) => "FailTrial",
        }
    }

    pub(super) fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Complete(request) => request.encode_to_vec(),
            Self::Prune(request) => request.encode_to_vec(),
            Self::Fail(request) => request.encode_to_vec(),
        }
    }

    pub(super) fn decode(method: &str, request: &[u8]) -> Result<Self, String> {
        let decoded = match method {
            "CompleteTrial" => v1::CompleteTrialRequest::decode(request).map(Self::Complete),
            "PruneTrial" => v1::PruneTrialRequest::decode(request).map(Self::Prune),
            "FailTrial" => v1::FailTrialRequest::decode(request).map(Self::Fail),
            _ => return Err(format!("`{method}` ends no trial")),
        };
        let report = decoded.map_err(|error| error.to_string())?;
        if report.lease().is_none() { Err("it names no lease".to_owned()) } else { Ok(report) }
    }
}
