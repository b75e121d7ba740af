//! What an owner has stored of late. A failover may lose it, as replicas get it a little after it was acknowledged; the owner
//! stores it once more before it serves on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use tokio::time::Instant;
use tracing::warn;
use tunewright_core::access::TokenRecord;
use tunewright_core::name::StudyId;
use tunewright_core::study::{Attachment, AttachmentKey, AttachmentLimits, Header};

use crate::storage::StudyWrite;

/// So long everything is kept at least: a replica that is behind may be the one that is promoted.
const KEEP: Duration = Duration::from_secs(30);
/// What it may hold altogether. Beyond that, what all replicas have goes first.
const MOST_BYTES: usize = 64 << 20;
/// Looks at the replicas that are remembered until they have what was there then.
const SAMPLES: usize = 64;

/// One acknowledged write, or one of which it is unknown whether it happened.
#[derive(Clone, Debug)]
pub(super) enum Written {
    Created(Header),
    Committed(StudyWrite),
    Deleted(StudyId),
    Token(TokenRecord),
    Attached { study: StudyId, attachment: Attachment, content: Bytes, limits: AttachmentLimits },
    Detached { study: StudyId, key: AttachmentKey },
}

/// How far a replica or the primary is.
pub(super) type Offset = i64;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<Entry>,
    bytes: usize,
    /// What was stored until then, all replicas have.
    replicated: Option<Instant>,
    samples: VecDeque<(Instant, Offset)>,
    /// The tokens under which this server wrote one after the other, and the one before: a store that names one of them as its
    /// owner has not been written by anybody else since.
    tokens: BTreeSet<String>,
    last: Option<String>,
    /// What did not fit, although no replica is known to have it.
    given_up: u64,
}

#[derive(Debug)]
struct Entry {
    written: Written,
    bytes: usize,
    at: Instant,
}

impl Outbox {
    /// Remembers a write that has ended just now.
    pub(super) fn push(&self, written: Written) {
        let bytes = written.bytes();
        let mut inner = self.lock();
        inner.bytes += bytes;
        inner.entries.push_back(Entry { written, bytes, at: Instant::now() });
        inner.trim(Instant::now());
    }

    /// This server is the owner under `token`, after the owner under `before`.
    pub(super) fn begin(&self, token: &str, before: &str) {
        let mut inner = self.lock();
        if inner.last.is_none() || !inner.tokens.contains(before) {
            inner.forget();
            inner.tokens.insert(before.to_owned());
        }
        inner.tokens.insert(token.to_owned());
        inner.last = Some(token.to_owned());
    }

    /// The store names the owner under `token`: if that was not this server, others have written since.
    pub(super) fn hear_of(&self, token: &str) {
        let mut inner = self.lock();
        if !inner.tokens.contains(token) {
            inner.forget();
        }
    }

    /// The last token under which this server wrote, if nobody has written since as far as it knows.
    pub(super) fn last_token(&self) -> Option<String> {
        self.lock().last.clone()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().entries.is_empty()
    }

    /// All of it in its order, to be stored again; of several writes of one version of a study only the last, as the others
    /// did not happen. It stays here, as if it had been stored now.
    pub(super) fn again(&self) -> Vec<Written> {
        let mut inner = self.lock();
        let now = Instant::now();
        (inner.replicated, inner.given_up) = (None, 0);
        inner.samples.clear();
        let mut last = BTreeMap::new();
        for (index, entry) in inner.entries.iter_mut().enumerate() {
            entry.at = now;
            if let Written::Committed(write) = &entry.written {
                last.insert((write.study.clone(), write.expected.0), index);
            }
        }
        let is_last = |index, written: &Written| match written {
            Written::Committed(write) => last.get(&(write.study.clone(), write.expected.0)) == Some(&index),
            _ => true,
        };
        let all = inner.entries.iter().map(|entry| &entry.written).enumerate();
        all.filter(|(index, written)| is_last(*index, written)).map(|(_, written)| written.clone()).collect()
    }

    /// The primary was at `offset` after `at`, and its replicas at these.
    pub(super) fn look(&self, at: Instant, offset: Offset, replicas: &[Offset]) {
        let mut inner = self.lock();
        if inner.samples.len() == SAMPLES {
            inner.samples.pop_front();
        }
        inner.samples.push_back((at, offset));
        let Some(least) = replicas.iter().min() else { return };
        while let Some((at, _)) = inner.samples.front().copied().filter(|(_, offset)| offset <= least) {
            inner.replicated = Some(at);
            inner.samples.pop_front();
        }
        inner.trim(Instant::now());
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn forget(&mut self) {
        if !self.entries.is_empty() {
            warn!(writes = self.entries.len(), "another server has written since; nothing is stored again");
        }
        *self = Self::default();
    }

    fn trim(&mut self, now: Instant) {
        while let Some(first) = self.entries.front() {
            let is_replicated = self.replicated.is_some_and(|until| first.at <= until);
            let is_old = now.duration_since(first.at) > KEEP;
            if self.bytes <= MOST_BYTES && !(is_replicated && is_old) {
                return;
            }
            if !is_replicated {
                if self.given_up == 0 {
                    warn!("the replicas are far behind: a failover would lose acknowledged results");
                }
                self.given_up += 1;
            }
            self.bytes -= first.bytes;
            self.entries.pop_front();
        }
    }
}

impl Written {
    fn bytes(&self) -> usize {
        /// What every entry takes besides its documents.
        const LEAST: usize = 256;
        LEAST
            + match self {
                Self::Created(header) => length(header),
                Self::Committed(write) => {
                    let outputs: usize = write.outputs.iter().map(|(_, _, text)| text.len()).sum();
                    length(&write.header) + length(&write.trials) + length(&write.reports) + outputs
                }
                Self::Token(token) => length(token),
                Self::Attached { content, .. } => content.len(),
                Self::Deleted(_) | Self::Detached { .. } => 0,
            }
    }
}

fn length(document: &impl Serialize) -> usize {
    struct Counter(usize);
    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // What cannot be written was not stored either.
    let _ = serde_json::to_writer(&mut counter, document);
    counter.0
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
