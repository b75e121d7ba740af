//! Trials: a row of a list, and all that is known of one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tunewright_core::analysis::origin_name;
use tunewright_core::space::{ParamValue, Point};
use tunewright_core::study::{Attachment, Attempt, Origin, Report, Trial};
use utoipa::ToSchema;

/// A trial in a list. Times are milliseconds since 1970, by the server's clock.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialRow {
    number: u64,
    /// `queued`, `running`, `completed`, `failed`, `pruned` or `cancelled`.
    state: &'static str,
    /// Lower is better.
    loss: Option<f64>,
    /// The values of the parameters that are set: numbers, and names of options.
    params: BTreeMap<String, Value>,
    metrics: BTreeMap<String, f64>,
    /// The newest attempt; 0 before the first lease.
    attempt: u32,
    /// Who holds or held the newest attempt.
    worker: Option<String>,
    /// Why it ended without a result.
    reason: Option<&'static str>,
    /// `suggested`, `enqueued`, `retry` or `added`.
    origin: &'static str,
    /// Which algorithm proposed the point, where the study's is made of several.
    member: Option<String>,
    created_at: u64,
    /// When the newest attempt was leased.
    leased_at: Option<u64>,
    ended_at: Option<u64>,
    /// From the newest lease to the end.
    duration_ms: Option<u64>,
}

/// All that is known of one trial.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialDetail {
    #[serde(flatten)]
    row: TrialRow,
    /// The study's version at which it last changed.
    rev: u64,
    /// The configuration that the objective gets.
    config: Option<Value>,
    /// What a person fixed when enqueuing it.
    fixed: BTreeMap<String, Value>,
    /// The ended trial that this one tries once more.
    retry_of: Option<u64>,
    /// Why it was the turn of the algorithm that proposed the point, where the study's is made of several.
    member_why: Option<String>,
    /// Whether its result tells of no constraint that the point violates.
    feasible: bool,
    /// What failed.
    message: String,
    /// The result came after the lease had expired, and counts all the same.
    late: bool,
    /// Attempts that ended because the objective failed.
    failures: u32,
    /// Attempts that were lost.
    losses: u32,
    /// While queued: not to be leased before this.
    not_before: Option<u64>,
    /// Those that have ended, oldest first.
    attempts: Vec<AttemptInfo>,
    /// While it runs.
    lease: Option<LeaseInfo>,
    /// Results that came too late to count.
    orphans: Vec<OrphanInfo>,
    /// Where the next attempt can go on.
    checkpoint: Option<Checkpoint>,
    /// What the objective told beside its loss.
    result: Value,
    reports: Vec<ReportInfo>,
    /// The end of what the newest ended attempt printed.
    output: String,
    attachments: Vec<AttachmentInfo>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptInfo {
    number: u32,
    worker: String,
    leased_at: u64,
    ended_at: u64,
    /// Without one it ended with a result.
    reason: Option<&'static str>,
    message: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lease)]
struct LeaseInfo {
    attempt: u32,
    worker: String,
    leased_at: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Orphan)]
struct OrphanInfo {
    attempt: u32,
    loss: Option<f64>,
    at: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Checkpoint {
    step: u64,
    uri: String,
}

/// An intermediate value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Report)]
struct ReportInfo {
    attempt: u32,
    step: u64,
    loss: Option<f64>,
    metrics: BTreeMap<String, f64>,
    at: u64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attachment)]
struct AttachmentInfo {
    name: String,
    bytes: u64,
}

/// A trial that was put into the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Enqueued {
    pub(crate) number: u64,
}

impl TrialRow {
    pub(crate) fn of(trial: &Trial) -> Self {
        let outcome = trial.outcome.as_ref();
        let held = trial.holder();
        let leased_at = held.map(|(_, at)| at);
        let duration = trial.ended_at.zip(leased_at).map(|(end, begin)| end.since(begin).as_millis());
        Self {
            number: trial.number.0,
            state: trial.state.as_str(),
            loss: outcome.and_then(|outcome| outcome.loss),
            params: plain(trial.point.as_ref().unwrap_or(&trial.fixed)),
            metrics: outcome.map(|outcome| outcome.metrics.clone()).unwrap_or_default(),
            attempt: trial.attempt,
            worker: held.map(|(lessee, _)| lessee.name().to_owned()),
            reason: outcome.and_then(|outcome| outcome.reason).map(|reason| reason.as_str()),
            origin: origin_name(trial.origin),
            member: trial.credit.as_ref().map(|credit| credit.member.clone()),
            created_at: trial.created_at.0,
            leased_at: leased_at.map(|at| at.0),
            ended_at: trial.ended_at.map(|at| at.0),
            duration_ms: duration.and_then(|ms| u64::try_from(ms).ok()),
        }
    }
}

impl TrialRow {
    /// As text, without parameters and metrics, in the order of the fields; what is not there is empty.
    pub(crate) fn cells(&self) -> Vec<String> {
        let or_empty = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        vec![
            self.number.to_string(),
            self.state.to_owned(),
            self.loss.map(|loss| loss.to_string()).unwrap_or_default(),
            self.attempt.to_string(),
            self.worker.clone().unwrap_or_default(),
            self.reason.unwrap_or_default().to_owned(),
            self.origin.to_owned(),
            self.member.clone().unwrap_or_default(),
            self.created_at.to_string(),
            or_empty(self.leased_at),
            or_empty(self.ended_at),
        ]
    }
}

impl TrialDetail {
    pub(crate) fn of(
        trial: Trial,
        config: Option<Value>,
        reports: Vec<Report>,
        output: String,
        attachments: Vec<Attachment>,
    ) -> Self {
        let (row, feasible) = (TrialRow::of(&trial), trial.is_feasible());
        let outcome = trial.outcome.unwrap_or_default();
        let orphan = |orphan: tunewright_core::study::Orphan| OrphanInfo {
            attempt: orphan.attempt,
            loss: orphan.loss,
            at: orphan.at.0,
        };
        Self {
            row,
            rev: trial.rev.0,
            config,
            fixed: plain(&trial.fixed),
            retry_of: match trial.origin {
                Origin::RetryOf(number) => Some(number.0),
                _ => None,
            },
            feasible,
            member_why: trial.credit.map(|credit| credit.why),
            message: outcome.message,
            late: outcome.late,
            failures: trial.failures,
            losses: trial.losses,
            not_before: trial.not_before.map(|at| at.0),
            attempts: trial.attempts.into_iter().map(AttemptInfo::from).collect(),
            lease: trial.lease.map(|lease| LeaseInfo {
                attempt: trial.attempt,
                worker: lease.lessee.name().to_owned(),
                leased_at: lease.leased_at.0,
            }),
            orphans: trial.orphans.into_iter().map(orphan).collect(),
            checkpoint: trial.hint.map(|hint| Checkpoint { step: hint.step, uri: hint.checkpoint_uri }),
            result: Value::Object(trial.result),
            reports: reports.into_iter().map(ReportInfo::from).collect(),
            output,
            attachments: attachments.into_iter().map(AttachmentInfo::from).collect(),
        }
    }
}

impl From<Attempt> for AttemptInfo {
    fn from(attempt: Attempt) -> Self {
        Self {
            number: attempt.number,
            worker: attempt.lessee.name().to_owned(),
            leased_at: attempt.leased_at.0,
            ended_at: attempt.ended_at.0,
            reason: attempt.reason.map(|reason| reason.as_str()),
            message: attempt.message,
        }
    }
}

impl From<Report> for ReportInfo {
    fn from(report: Report) -> Self {
        let Report { attempt, step, loss, metrics, at } = report;
        Self { attempt, step, loss, metrics, at: at.0 }
    }
}

impl From<Attachment> for AttachmentInfo {
    fn from(attachment: Attachment) -> Self {
        Self { name: attachment.key.name.into(), bytes: attachment.size }
    }
}

/// A point as plain JSON.
pub(crate) fn plain(point: &Point) -> BTreeMap<String, Value> {
    point.iter().map(|(label, value)| (label.to_owned(), plain_value(value))).collect()
}

fn plain_value(value: &ParamValue) -> Value {
    match value {
        ParamValue::Int(value) => (*value).into(),
        ParamValue::Float(value) => (*value).into(),
        ParamValue::Option(name) => name.clone().into(),
    }
}
