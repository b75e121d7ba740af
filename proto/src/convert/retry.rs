//! How often a trial is tried again.

use tunewright_core::study::RetryPolicy;

use crate::v1;

impl From<v1::RetryPolicy> for RetryPolicy {
    fn from(policy: v1::RetryPolicy) -> Self {
        let v1::RetryPolicy { max_failures, max_losses, backoff_ms, backoff_max_ms } = policy;
        Self { max_failures, max_losses, backoff_ms, backoff_max_ms }
    }
}

impl From<RetryPolicy> for v1::RetryPolicy {
    fn from(policy: RetryPolicy) -> Self {
        let RetryPolicy { max_failures, max_losses, backoff_ms, backoff_max_ms } = policy;
        Self { max_failures, max_losses, backoff_ms, backoff_max_ms }
    }
}
