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
struct ReasonLabels {
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
    reports_left_out: Counter,
    commits: Family<OutcomeLabels, Counter>,
    commit_seconds: Histogram,
    studies_loaded: Gauge,
    workers: Gauge,
    slots: Gauge<u64, AtomicU64>,
    slots_free: Gauge<u64, AtomicU64>,
    connections: Gauge,
    connections_refused: Counter,
    handshakes: Family<OutcomeLabels, Counter>,
    reloads: Family<OutcomeLabels, Counter>,
    exposed: Gauge,
    shed: Family<ReasonLabels, Counter>,
}

/// A connection that is open; not any more when this is dropped.
pub(crate) struct Connection(Gauge);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("tunewright");
        let metrics = Self {
            transitions: Family::default(),
            reports: Counter::default(),
            reports_left_out: Counter::default(),
            commits: Family::default(),
            commit_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 17)),
            studies_loaded: Gauge::default(),
            workers: Gauge::default(),
            slots: Gauge::default(),
            slots_free: Gauge::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            handshakes: Family::default(),
            reloads: Family::default(),
            exposed: Gauge::default(),
            shed: Family::default(),
            registry: Registry::default(),
        };
        registry.register(
            "trial_transitions",
            "Stored transitions of trials, by kind and reason",
            metrics.transitions.clone(),
        );
        registry.register("trial_reports", "Stored intermediate values", metrics.reports.clone());
        registry.register(
            "trial_reports_left_out",
            "Intermediate values beyond those that are kept of an attempt",
            metrics.reports_left_out.clone(),
        );
        registry.register("commits", "Commits to the store, by outcome", metrics.commits.clone());
        registry.register(
            "commit_seconds",
            "How long a commit to the store took",
            metrics.commit_seconds.clone(),
        );
        registry.register(
            "studies_loaded",
            "Studies that are in memory with all their trials",
            metrics.studies_loaded.clone(),
        );
        registry.register("workers", "Attached workers", metrics.workers.clone());
        registry.register("worker_slots", "Slots of attached workers", metrics.slots.clone());
        registry.register("worker_slots_free", "Free slots of attached workers", metrics.slots_free.clone());
        metrics.register_port(&mut registry);
        Self { registry, ..metrics }
    }

    fn register_port(&self, registry: &mut Registry) {
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register(
            "connections_refused",
            "Connections closed at once because there were too many",
            self.connections_refused.clone(),
        );
        registry.register("tls_handshakes", "TLS handshakes, by outcome", self.handshakes.clone());
        registry.register(
            "tls_reloads",
            "Certificates that were found changed, by whether they could be used",
            self.reloads.clone(),
        );
        registry.register("calls_shed", "Calls refused because of load, by reason", self.shed.clone());
        registry.register(
            "exposed",
            "1 if it listens beyond this machine without encryption or authentication",
            self.exposed.clone(),
        );
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

    pub(crate) fn study_loaded(&self) {
        self.studies_loaded.inc();
    }

    pub(crate) fn study_unloaded(&self) {
        self.studies_loaded.dec();
    }

    pub(crate) fn set_workers(&self, workers: usize, slots: u64, free: u64) {
        self.workers.set(i64::try_from(workers).unwrap_or(i64::MAX));
        self.slots.set(slots);
        self.slots_free.set(free);
    }

    pub(crate) fn connection(&self) -> Connection {
        self.connections.inc();
        Connection(self.connections.clone())
    }

    pub(crate) fn observe_connection_refused(&self) {
        self.connections_refused.inc();
    }

    pub(crate) fn observe_handshake(&self, outcome: &'static str) {
        self.handshakes.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(crate) fn observe_reload(&self, is_good: bool) {
        let outcome = if is_good { "used" } else { "refused" };
        self.reloads.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(crate) fn observe_report_left_out(&self) {
        self.reports_left_out.inc();
    }

    pub(crate) fn observe_shed(&self, reason: &'static str) {
        self.shed.get_or_create(&ReasonLabels { reason }).inc();
    }

    pub(crate) fn set_exposed(&self, is_exposed: bool) {
        self.exposed.set(i64::from(is_exposed));
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
