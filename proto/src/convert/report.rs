//! Intermediate values.

use tunewright_core::Timestamp;
use tunewright_core::study::Report;

use crate::v1;

impl From<Report> for v1::TrialReport {
    fn from(report: Report) -> Self {
        let Report { attempt, step, loss, metrics, at } = report;
        Self { attempt, step, loss, metrics, at_ms: at.as_millis() }
    }
}

impl From<v1::TrialReport> for Report {
    fn from(report: v1::TrialReport) -> Self {
        let v1::TrialReport { attempt, step, loss, metrics, at_ms } = report;
        Self { attempt, step, loss, metrics, at: Timestamp(at_ms) }
    }
}
