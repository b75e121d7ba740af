//! Studies: a line of a list, and all that is known of one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tunewright_core::Timestamp;
use tunewright_core::analysis::spark;
use tunewright_core::study::{Budget, Counts, Header, Objective, Status};
use utoipa::ToSchema;

use super::super::parameter::ParameterInfo;
use crate::studies::Glance;

/// A study in which nothing has happened for so long, though there is work, is stalled.
const STALLED_MS: u128 = 60_000;

/// A study at a glance. Times are milliseconds since 1970, by the server's clock.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct StudySummary {
    pub(crate) id: String,
    pub(crate) project: String,
    pub(crate) name: String,
    /// Rises with each change.
    pub(crate) rev: u64,
    /// `active`, `paused`, `completed`, `stopped` or `failed`.
    pub(crate) state: &'static str,
    /// Why it ends once what runs has ended: `max_trials`, `timeout`, `loss_threshold`, `no_progress`,
    /// `space_exhausted`, `max_failed` or `stopped`.
    pub(crate) closing: Option<&'static str>,
    /// There is work, nobody does it, and nothing has happened for a minute.
    pub(crate) stalled: bool,
    pub(crate) counts: StateCounts,
    pub(crate) max_trials: Option<u64>,
    pub(crate) best: Option<Best>,
    /// Trials that end in a minute.
    pub(crate) rate_per_minute: f64,
    /// When it will have ended at this rate.
    pub(crate) eta_ms: Option<u64>,
    /// How many hold a running trial.
    pub(crate) workers: usize,
    /// The best loss so far over the trials' numbers, at most 32 values.
    pub(crate) spark: Vec<f64>,
    pub(crate) created_at: u64,
    pub(crate) started_at: Option<u64>,
    pub(crate) ended_at: Option<u64>,
    pub(crate) last_event_at: u64,
    pub(crate) tags: BTreeMap<String, String>,
}

/// How many trials are in each state.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Counts)]
pub(crate) struct StateCounts {
    queued: u64,
    running: u64,
    completed: u64,
    failed: u64,
    pruned: u64,
    cancelled: u64,
}

/// The completed trial with the lowest loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Best {
    trial: u64,
    loss: f64,
}

/// When a study ends by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Budget)]
pub(crate) struct BudgetInfo {
    max_trials: Option<u64>,
    timeout_ms: Option<u64>,
    loss_threshold: Option<f64>,
    max_failed: Option<u64>,
}

/// All that is known of a study but its trials.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StudyDetail {
    #[serde(flatten)]
    summary: StudySummary,
    note: String,
    /// The name of the algorithm that proposes points.
    algorithm: String,
    /// Its settings.
    algorithm_settings: Value,
    /// As text: it may be larger than a browser's numbers.
    seed: String,
    pool: String,
    parallelism: Option<u32>,
    lease_ttl_ms: u64,
    trial_timeout_ms: Option<u64>,
    budget: BudgetInfo,
    /// When its time is up.
    deadline_at: Option<u64>,
    /// What evaluates trials, if workers run functions.
    objective: Option<String>,
    durability: &'static str,
    parameters: Vec<ParameterInfo>,
    /// As it was written.
    space: Value,
    /// The names of the metrics that have a column.
    metrics: Vec<String>,
    now: u64,
}

impl StudySummary {
    pub(crate) fn of(glance: &Glance, now: Timestamp) -> Self {
        let (view, header) = (&glance.view, &glance.view.header);
        let budget = &header.spec.budget;
        let is_idle = now.since(glance.changed_at).as_millis() > STALLED_MS;
        Self {
            id: header.id.to_string(),
            project: header.project.to_string(),
            name: header.name.to_string(),
            rev: view.version.0,
            state: header.status.as_str(),
            closing: header.closing.map(|cause| cause.as_str()),
            stalled: header.status == Status::Active && view.counts.running == 0 && is_idle,
            counts: view.counts.into(),
            max_trials: budget.max_trials,
            best: view.best.map(|(trial, loss)| Best { trial, loss }),
            rate_per_minute: glance.rate_per_minute,
            eta_ms: eta_ms(glance, now),
            workers: glance.lessees,
            spark: spark(glance.improvements.iter().copied(), glance.trials),
            created_at: header.created_at.0,
            started_at: header.started_at.map(|at| at.0),
            ended_at: header.ended_at.map(|at| at.0),
            last_event_at: glance.changed_at.0,
            tags: header.spec.tags.clone(),
        }
    }
}

impl StudyDetail {
    pub(crate) fn of(
        glance: &Glance,
        metrics: Vec<String>,
        durability: &'static str,
        now: Timestamp,
    ) -> Self {
        let header = &glance.view.header;
        let spec = &header.spec;
        let mut settings = as_json(&spec.algorithm);
        let algorithm = settings.as_object_mut().and_then(|settings| settings.remove("name"));
        Self {
            summary: StudySummary::of(glance, now),
            note: spec.note.clone(),
            algorithm: algorithm.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
            algorithm_settings: settings,
            seed: spec.seed.to_string(),
            pool: spec.pool.to_string(),
            parallelism: spec.parallelism,
            lease_ttl_ms: spec.lease_ttl_ms,
            trial_timeout_ms: spec.trial_timeout_ms,
            budget: (&spec.budget).into(),
            deadline_at: header.deadline().map(|at| at.0),
            objective: objective(header),
            durability,
            parameters: spec.space.parameters().iter().map(ParameterInfo::of).collect(),
            space: as_json(&spec.space),
            metrics,
            now: now.0,
        }
    }
}

impl From<Counts> for StateCounts {
    fn from(counts: Counts) -> Self {
        let Counts { queued, running, completed, failed, pruned, cancelled } = counts;
        Self { queued, running, completed, failed, pruned, cancelled }
    }
}

impl From<&Budget> for BudgetInfo {
    fn from(budget: &Budget) -> Self {
        Self {
            max_trials: budget.max_trials,
            timeout_ms: budget.timeout_ms,
            loss_threshold: budget.loss_threshold,
            max_failed: budget.max_failed,
        }
    }
}

/// What has a written form as JSON; nothing of ours fails to have one.
fn as_json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn objective(header: &Header) -> Option<String> {
    Some(match header.objective.as_ref()? {
        Objective::Function(function) => function.clone(),
        Objective::Pickled(pickled) => format!("a function of Python {}", pickled.python_version),
    })
}

/// When the study will have ended: by its number of trials at the present rate, or by its time, whichever is first.
fn eta_ms(glance: &Glance, now: Timestamp) -> Option<u64> {
    let header = &glance.view.header;
    if header.status != Status::Active {
        return None;
    }
    let counts = glance.view.counts;
    let ended = counts.completed + counts.failed + counts.pruned;
    let by_rate = header.spec.budget.max_trials.filter(|_| glance.rate_per_minute > 0.0).map(|most| {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let minutes = most.saturating_sub(ended) as f64 / glance.rate_per_minute;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive, and saturates"
        )]
        let ms = (minutes * 60_000.0) as u64;
        ms
    });
    let by_time = header.deadline().map(|at| at.0.saturating_sub(now.0));
    [by_rate, by_time].into_iter().flatten().min()
}
