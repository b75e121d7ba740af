//! Aggregates that were computed, for the next who asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use tunewright_core::Refusal;

/// So many at most; of more, those that nobody asked for longest are forgotten.
const MOST: usize = 256;
/// An aggregate of a study that goes on is good for so many times as long as it took: what the charts of a study may
/// cost is a twentieth of a core, however fast results come.
const SHARE: u32 = 20;

/// Aggregates that were computed. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remembered {
    slots: Arc<Mutex<BTreeMap<String, Slot>>>,
}

#[derive(Clone, Debug)]
struct Slot {
    /// Whoever asks for the same meanwhile waits here, and finds it done.
    known: Arc<tokio::sync::Mutex<Option<Known>>>,
    asked_at: Instant,
}

#[derive(Debug)]
struct Known {
    rev: u64,
    at: Instant,
    took: Duration,
    body: Bytes,
}

impl Remembered {
    /// What is known under this name of the study at this version, or just before; else what `compute` brings.
    pub(super) async fn or_computed(
        &self,
        name: String,
        rev: u64,
        compute: impl Future<Output = Result<Bytes, Refusal>>,
    ) -> Result<Bytes, Refusal> {
        let slot = self.slot(name);
        let mut known = slot.lock().await;
        if let Some(known) = known.as_ref()
            && (known.rev >= rev || known.at.elapsed() < known.took * SHARE)
        {
            return Ok(known.body.clone());
        }
        let begun = Instant::now();
        let body = compute.await?;
        *known = Some(Known { rev, at: Instant::now(), took: begun.elapsed(), body: body.clone() });
        Ok(body)
    }

    fn slot(&self, name: String) -> Arc<tokio::sync::Mutex<Option<Known>>> {
        // Whole after every step, also of a thread that panicked.
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST && !slots.contains_key(&name) {
            let oldest = slots.iter().min_by_key(|(_, slot)| slot.asked_at).map(|(name, _)| name.clone());
            oldest.and_then(|oldest| slots.remove(&oldest));
        }
        let now = Instant::now();
        let slot = slots.entry(name).or_insert_with(|| Slot { known: Arc::default(), asked_at: now });
        slot.asked_at = now;
        Arc::clone(&slot.known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_same_is_computed_once_and_what_is_costly_less_often() {
        let remembered = Remembered::default();
        let ask = async |rev: u64, cost: u64| {
            let compute = async {
                tokio::time::sleep(Duration::from_millis(cost)).await;
                Ok(Bytes::from(rev.to_string()))
            };
            remembered.or_computed("chart".to_owned(), rev, compute).await.expect("computed")
        };
        assert_eq!(ask(1, 100).await, "1");
        assert_eq!(ask(1, 100).await, "1");
        assert_eq!(ask(2, 100).await, "1", "it took 100 ms, and is good for two seconds");
        tokio::time::sleep(Duration::from_millis(2_001)).await;
        assert_eq!(ask(3, 0).await, "3");
        assert_eq!(ask(4, 0).await, "4", "what costs nothing is always new");
        let failed = remembered.or_computed("chart".to_owned(), 9, async { Err(Refusal::internal("no")) });
        failed.await.expect_err("told");
        assert_eq!(ask(5, 0).await, "5");
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_are_kept() {
        let remembered = Remembered::default();
        for number in 0..2 * MOST {
            let compute = async { Ok(Bytes::new()) };
            remembered.or_computed(number.to_string(), 1, compute).await.expect("computed");
        }
        assert_eq!(remembered.slots.lock().expect("whole").len(), MOST);
    }
}
