//! The server's figures, in the Prometheus text form. Labels have few values: states, reasons and outcomes, never
//! studies or trials.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tunewright_core::study::{Event, Transition};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TransitionLabels {
    transition: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

/// The server's figures.
pub(crate) struct Metrics {
    registry: Registry,
    transitions: Family<TransitionLabels, Counter>,
    reports: Counter,
    commits: Family<OutcomeLabels, Counter>,
    commit_seconds: Histogram,
    workers: Gauge,
    slots: Gauge<u64, AtomicU64>,
    slots_free: Gauge<u64, AtomicU64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("tunewright");
        let metrics = Self {
            transitions: Family::default(),
            reports: Counter::default(),
            commits: Family::default(),
            commit_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 17)),
            workers: Gauge::default(),
            slots: Gauge::default(),
            slots_free: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register(
            "trial_transitions",
            "Stored transitions of trials, by kind and reason",
            metrics.transitions.clone(),
        );
        registry.register("trial_reports", "Stored intermediate values", metrics.reports.clone());
        registry.register("commits", "Commits to the store, by outcome", metrics.commits.clone());
        registry.register(
            "commit_seconds",
            "How long a commit to the store took",
            metrics.commit_seconds.clone(),
        );
        registry.register("workers", "Attached workers", metrics.workers.clone());
        registry.register("worker_slots", "Slots of attached workers", metrics.slots.clone());
        registry.register("worker_slots_free", "Free slots of attached workers", metrics.slots_free.clone());
        Self { registry, ..metrics }
    }

    pub(crate) fn observe_event(&self, event: &Event) {
        match event {
            Event::Trial { transition, .. } => {
                let (transition, reason) = match transition {
                    Transition::Enqueued => ("enqueued", ""),
                    Transition::Leased => ("leased", ""),
                    Transition::Requeued(reason) => ("requeued", reason.as_str()),
                    Transition::Completed => ("completed", ""),
                    Transition::Pruned => ("pruned", ""),
                    Transition::Failed(reason) => ("failed", reason.as_str()),
                    Transition::Cancelled => ("cancelled", ""),
                    Transition::HintKept => ("hint_kept", ""),
                    Transition::OrphanKept => ("orphan_kept", ""),
                };
                self.transitions.get_or_create(&TransitionLabels { transition, reason }).inc();
            }
            Event::Report { .. } => {
                self.reports.inc();
            }
            Event::Study { .. } => {}
        }
    }

    pub(crate) fn observe_commit(&self, took: Duration, stored: bool) {
        let outcome = if stored { "stored" } else { "failed" };
        self.commits.get_or_create(&OutcomeLabels { outcome }).inc();
        self.commit_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn set_workers(&self, workers: usize, slots: u64, free: u64) {
        self.workers.set(i64::try_from(workers).unwrap_or(i64::MAX));
        self.slots.set(slots);
        self.slots_free.set(free);
    }

    /// The text form.
    ///
    /// # Errors
    /// Only if formatting into a string fails.
    pub(crate) fn render(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
