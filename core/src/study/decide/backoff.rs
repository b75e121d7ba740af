//! How long a trial waits before its next attempt.

use super::super::{RetryPolicy, TrialNumber};

/// The wait before retry number `retry` (from 1) of a trial, in milliseconds: `backoff_ms` doubled with each, capped at
/// `backoff_max_ms`, of which the second half is drawn, so that trials lost together do not come back together.
///
/// The draw depends on nothing but the arguments.
pub(super) fn backoff_ms(
    policy: RetryPolicy,
    retry: u32,
    seed: u64,
    trial: TrialNumber,
    attempt: u32,
) -> u64 {
    let doubling = 1_u64.checked_shl(retry.saturating_sub(1)).unwrap_or(u64::MAX);
    let most = policy.backoff_ms.saturating_mul(doubling).min(policy.backoff_max_ms);
    let drawn = most - most / 2;
    let random = mix(mix(mix(seed) ^ trial.0) ^ u64::from(attempt));
    most / 2 + random % drawn.saturating_add(1)
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014: "Fast Splittable Pseudorandom Number Generators").
const fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy =
        RetryPolicy { max_failures: 0, max_losses: 3, backoff_ms: 1_000, backoff_max_ms: 60_000 };

    #[test]
    fn it_doubles_up_to_the_cap() {
        for (retry, most) in [(1, 1_000), (2, 2_000), (3, 4_000), (6, 32_000), (7, 60_000), (4_000, 60_000)] {
            for trial in 0..200 {
                let wait = backoff_ms(POLICY, retry, 7, TrialNumber(trial), retry);
                assert!((most / 2..=most).contains(&wait), "retry {retry} waits {wait}");
            }
        }
    }

    #[test]
    fn it_is_the_same_every_time_and_differs_between_trials_and_attempts() {
        let wait = |seed, trial, attempt| backoff_ms(POLICY, 6, seed, TrialNumber(trial), attempt);
        assert_eq!(wait(1, 2, 3), wait(1, 2, 3));
        let waits = [wait(1, 2, 3), wait(2, 2, 3), wait(1, 3, 3), wait(1, 2, 4)];
        let distinct = std::collections::BTreeSet::from(waits);
        assert_eq!(distinct.len(), waits.len());
    }

    #[test]
    fn extreme_policies_do_not_overflow() {
        let none = RetryPolicy { backoff_ms: 0, ..POLICY };
        assert_eq!(backoff_ms(none, 9, 1, TrialNumber(1), 1), 0);
        let huge = RetryPolicy { backoff_ms: u64::MAX, backoff_max_ms: u64::MAX, ..POLICY };
        assert!(backoff_ms(huge, u32::MAX, 1, TrialNumber(1), 1) >= u64::MAX / 2);
    }
}
