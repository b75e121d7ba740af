//! Leases: the fencing tokens of attempts.

use serde::{Deserialize, Serialize};
use tunewright_core::Refusal;
use tunewright_core::name::LeaseId;
use tunewright_core::study::{LeaseRef, StudyRef, TrialNumber};

use super::field::required;
use super::study_from_wire;
use crate::v1;

/// One attempt's fencing token, and the study it is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StudyLease {
    pub study: StudyRef,
    pub trial: TrialNumber,
    /// From 1.
    pub attempt: u32,
    pub lease: LeaseId,
}

impl StudyLease {
    #[must_use]
    pub fn new(study: StudyRef, lease: LeaseRef) -> Self {
        let LeaseRef { trial, attempt, lease } = lease;
        Self { study, trial, attempt, lease }
    }

    /// The token alone, as the study's own state knows it.
    #[must_use]
    pub fn token(&self) -> LeaseRef {
        LeaseRef { trial: self.trial, attempt: self.attempt, lease: self.lease.clone() }
    }

    /// The lease that a request must name, in its field `lease`.
    pub(super) fn of_request(lease: Option<v1::LeaseRef>) -> Result<Self, Refusal> {
        required(lease, "lease")?.try_into().map_err(|refusal: Refusal| refusal.within("lease"))
    }
}

impl TryFrom<v1::LeaseRef> for StudyLease {
    type Error = Refusal;

    fn try_from(lease: v1::LeaseRef) -> Result<Self, Refusal> {
        if lease.attempt == 0 {
            return Err(Refusal::invalid("attempt", "must be at least 1, not `0`"));
        }
        Ok(Self {
            study: study_from_wire(lease.study)?,
            trial: TrialNumber(lease.trial),
            attempt: lease.attempt,
            lease: LeaseId::new(lease.lease_id)?,
        })
    }
}

impl From<&StudyLease> for v1::LeaseRef {
    fn from(lease: &StudyLease) -> Self {
        Self {
            study: Some((&lease.study).into()),
            trial: lease.trial.0,
            attempt: lease.attempt,
            lease_id: lease.lease.to_string(),
        }
    }
}
