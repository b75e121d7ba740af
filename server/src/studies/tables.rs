//! The tables of the studies that somebody looks at.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tunewright_core::Refusal;
use tunewright_core::analysis::Table;
use tunewright_core::name::StudyId;
use tunewright_core::space::Space;

use super::handle::Handle;

/// Rows that are read from a study's task at once: a few milliseconds, in which it does nothing else.
const CHUNK: usize = 2_048;
/// A table at which nobody has looked for so long is dropped.
const KEPT: Duration = Duration::from_secs(600);
/// So many tables at most; of more, those that were not looked at for longest are dropped.
const TABLES_MAX: usize = 64;

/// The tables of the studies that somebody looks at, each following its study when it is asked for. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    kept: Arc<Mutex<BTreeMap<StudyId, Kept>>>,
}

#[derive(Clone, Debug)]
struct Kept {
    /// Whoever looks at an older one keeps that; the next change is made to a copy then.
    table: Arc<tokio::sync::Mutex<Arc<Table>>>,
    used_at: Instant,
}

impl Tables {
    /// The table of a study as it is now.
    ///
    /// # Errors
    /// As a read of the study.
    pub(crate) async fn of(&self, handle: &Handle) -> Result<Arc<Table>, Refusal> {
        let slot = self.slot(handle);
        let mut table = slot.lock().await;
        if let Some(glance) = handle.glance_at_rest()
            && glance.view.version == table.rev()
        {
            return Ok(Arc::clone(&table));
        }
        let space: Arc<Space> = table.shared_space();
        loop {
            let (space, last) = (Arc::clone(&space), table.last());
            let (rows, version) =
                handle.read(move |study| Table::changed(study, &space, last, CHUNK)).await?;
            let is_all = rows.len() < CHUNK;
            if !rows.is_empty() || (is_all && version > table.rev()) {
                let table = Arc::make_mut(&mut table);
                table.take(rows);
                if is_all {
                    table.reached(version);
                }
            }
            if is_all {
                return Ok(Arc::clone(&table));
            }
        }
    }

    fn slot(&self, handle: &Handle) -> Arc<tokio::sync::Mutex<Arc<Table>>> {
        let now = Instant::now();
        let mut kept = self.lock();
        if let Some(known) = kept.get_mut(handle.id()) {
            known.used_at = now;
            return Arc::clone(&known.table);
        }
        kept.retain(|_, known| known.used_at + KEPT > now);
        while kept.len() >= TABLES_MAX {
            let oldest = kept.iter().min_by_key(|(_, known)| known.used_at).map(|(id, _)| id.clone());
            let Some(oldest) = oldest else { break };
            kept.remove(&oldest);
        }
        let space = Arc::new(handle.spec().space.clone());
        let table = Arc::new(tokio::sync::Mutex::new(Arc::new(Table::new(space))));
        kept.insert(handle.id().clone(), Kept { table: Arc::clone(&table), used_at: now });
        table
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<StudyId, Kept>> {
        // Whole after every step, also of a thread that panicked.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
