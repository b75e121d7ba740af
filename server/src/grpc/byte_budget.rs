//! How many bytes of content may be in memory at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tunewright_core::Refusal;

/// Permits are counted in these, so that their number fits.
const UNIT: u64 = 1 << 10;

/// How long to wait for others to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many bytes may be in memory at once; who wants more waits for others to end.
#[derive(Clone, Debug)]
pub(super) struct ByteBudget {
    left: Arc<Semaphore>,
}

/// Bytes taken from a budget, given back when dropped.
#[derive(Debug)]
pub(super) struct Taken {
    permit: OwnedSemaphorePermit,
}

impl ByteBudget {
    pub(super) fn new(bytes: u64) -> Self {
        Self { left: Arc::new(Semaphore::new(units(bytes) as usize)) }
    }

    /// Takes so many bytes, no more than the whole budget.
    ///
    /// # Errors
    /// `exhausted` if others do not end in time.
    pub(super) async fn take(&self, bytes: u64) -> Result<Taken, Refusal> {
        let taken = timeout(PATIENCE, Arc::clone(&self.left).acquire_many_owned(units(bytes))).await;
        match taken {
            Ok(Ok(permit)) => Ok(Taken { permit }),
            Ok(Err(_)) => Err(Refusal::unavailable("the server is shutting down", 1_000)),
            Err(_) => {
                Err(Refusal::exhausted("too many large attachments are under way at the moment", 1_000))
            }
        }
    }
}

impl Taken {
    /// Gives back all but so many bytes.
    pub(super) fn shrink(&mut self, bytes: u64) {
        let surplus = self.permit.num_permits().saturating_sub(units(bytes) as usize);
        drop(self.permit.split(surplus));
    }
}

/// Never none: an empty attachment is one, too.
fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use tunewright_core::Code;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_taken_is_given_back() {
        let budget = ByteBudget::new(10 * UNIT);
        let mut all = budget.take(10 * UNIT).await.expect("all of it");
        let refusal = budget.take(0).await.expect_err("nothing is left");
        assert_eq!((refusal.code, refusal.retry_after_ms), (Code::Exhausted, Some(1_000)));
        all.shrink(4 * UNIT + 1);
        let rest = budget.take(5 * UNIT).await.expect("what was given back");
        budget.take(1).await.expect_err("no more");
        drop(rest);
        budget.take(5 * UNIT).await.expect("again");
        drop(all);
        budget.take(10 * UNIT).await.expect("all of it again");
    }
}
