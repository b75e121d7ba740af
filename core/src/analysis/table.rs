//! The trials of a study as columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::names::Names;
use super::row::Row;
use crate::space::Space;
use crate::study::{EndReason, Origin, Study, TrialNumber, TrialState, Version};

/// The most metrics that get a column each, the first ones that come.
pub const METRICS_MAX: usize = 32;

/// The trials of a study as columns: trial `n` is the `n`th entry of each.
///
/// Times are milliseconds since 1970; what is not there is NaN, of a choice the value is the option's position.
#[derive(Clone, Debug)]
pub struct Table {
    space: Arc<Space>,
    rev: Version,
    last: Option<(Version, TrialNumber)>,
    revs: Vec<u64>,
    states: Vec<TrialState>,
    losses: Vec<f64>,
    values: Vec<Vec<f64>>,
    metrics: BTreeMap<String, Vec<f64>>,
    attempts: Vec<u32>,
    reasons: Vec<Option<EndReason>>,
    origins: Vec<Origin>,
    feasible: Vec<bool>,
    members: Vec<Option<u32>>,
    member_names: Names,
    lessees: Vec<Option<u32>>,
    lessee_names: Names,
    created: Vec<f64>,
    leased: Vec<f64>,
    ended: Vec<f64>,
}

impl Table {
    /// An empty table of a study over this space.
    #[must_use]
    pub fn new(space: Arc<Space>) -> Self {
        let values = vec![Vec::new(); space.parameters().len()];
        Self {
            space,
            rev: Version::default(),
            last: None,
            revs: Vec::new(),
            states: Vec::new(),
            losses: Vec::new(),
            values,
            metrics: BTreeMap::new(),
            attempts: Vec::new(),
            reasons: Vec::new(),
            origins: Vec::new(),
            feasible: Vec::new(),
            members: Vec::new(),
            member_names: Names::default(),
            lessees: Vec::new(),
            lessee_names: Names::default(),
            created: Vec::new(),
            leased: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// Up to `most` rows of what has changed since the last one was taken in, for [`Table::take`]. Fewer than `most`: the
    /// table is then as the study is at the version that comes with them.
    #[must_use]
    pub fn changed(
        study: &Study,
        space: &Space,
        last: Option<(Version, TrialNumber)>,
        most: usize,
    ) -> (Vec<Row>, Version) {
        let rows = study.revised_after(last).take(most).map(|trial| Row::of(trial, space)).collect();
        (rows, study.version())
    }

    /// What it took in last: where to go on.
    #[must_use]
    pub fn last(&self) -> Option<(Version, TrialNumber)> {
        self.last
    }

    /// Takes in rows, in the order in which they changed.
    pub fn take(&mut self, rows: Vec<Row>) {
        for row in rows {
            self.last = Some((row.rev, row.number));
            self.put(row);
        }
    }

    /// All that had changed up to this version is in it.
    pub fn reached(&mut self, version: Version) {
        self.rev = self.rev.max(version);
    }

    fn put(&mut self, row: Row) {
        let Ok(at) = usize::try_from(row.number.0) else { return };
        if at >= self.len() {
            self.grow(at + 1);
        }
        self.revs[at] = row.rev.0;
        self.states[at] = row.state;
        self.losses[at] = row.loss.unwrap_or(f64::NAN);
        for (column, value) in self.values.iter_mut().zip(&row.values) {
            column[at] = *value;
        }
        self.put_metrics(at, &row.metrics);
        self.attempts[at] = row.attempt;
        self.reasons[at] = row.reason;
        self.origins[at] = row.origin;
        self.feasible[at] = row.is_feasible;
        self.members[at] = row.member.map(|name| self.member_names.code_of(name));
        self.lessees[at] = row.lessee.map(|name| self.lessee_names.code_of(name));
        self.created[at] = millis(row.created_at);
        self.leased[at] = row.leased_at.map_or(f64::NAN, millis);
        self.ended[at] = row.ended_at.map_or(f64::NAN, millis);
    }

    fn put_metrics(&mut self, at: usize, metrics: &BTreeMap<String, f64>) {
        for (name, column) in &mut self.metrics {
            column[at] = metrics.get(name).copied().unwrap_or(f64::NAN);
        }
        for (name, value) in metrics {
            if self.metrics.len() < METRICS_MAX && !self.metrics.contains_key(name) {
                let mut column = vec![f64::NAN; self.revs.len()];
                column[at] = *value;
                self.metrics.insert(name.clone(), column);
            }
        }
    }

    fn grow(&mut self, len: usize) {
        self.revs.resize(len, 0);
        self.states.resize(len, TrialState::Queued);
        self.losses.resize(len, f64::NAN);
        self.values.iter_mut().for_each(|column| column.resize(len, f64::NAN));
        self.metrics.values_mut().for_each(|column| column.resize(len, f64::NAN));
        self.attempts.resize(len, 0);
        self.reasons.resize(len, None);
        self.origins.resize(len, Origin::Suggested);
        self.feasible.resize(len, true);
        self.members.resize(len, None);
        self.lessees.resize(len, None);
        self.created.resize(len, f64::NAN);
        self.leased.resize(len, f64::NAN);
        self.ended.resize(len, f64::NAN);
    }

    /// How many trials there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.revs.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.revs.is_empty()
    }

    /// The version of the study that it shows.
    #[must_use]
    pub fn rev(&self) -> Version {
        self.rev
    }

    #[must_use]
    pub fn space(&self) -> &Space {
        &self.space
    }

    #[must_use]
    pub fn shared_space(&self) -> Arc<Space> {
        Arc::clone(&self.space)
    }

    /// The version at which each trial last changed.
    #[must_use]
    pub fn revs(&self) -> &[u64] {
        &self.revs
    }

    #[must_use]
    pub fn states(&self) -> &[TrialState] {
        &self.states
    }

    #[must_use]
    pub fn losses(&self) -> &[f64] {
        &self.losses
    }

    /// The values of the parameter at this index.
    #[must_use]
    pub fn values(&self, parameter: usize) -> &[f64] {
        &self.values[parameter]
    }

    /// The metrics that have a column, by name.
    #[must_use]
    pub fn metrics(&self) -> &BTreeMap<String, Vec<f64>> {
        &self.metrics
    }

    /// The newest attempt of each.
    #[must_use]
    pub fn attempts(&self) -> &[u32] {
        &self.attempts
    }

    #[must_use]
    pub fn reasons(&self) -> &[Option<EndReason>] {
        &self.reasons
    }

    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Whether each tells of no constraint that it violates.
    #[must_use]
    pub fn feasible(&self) -> &[bool] {
        &self.feasible
    }

    /// Which algorithm proposed the point of each, where the study's is made of several: positions in
    /// [`Table::member_names`].
    #[must_use]
    pub fn members(&self) -> &[Option<u32>] {
        &self.members
    }

    #[must_use]
    pub fn member_names(&self) -> &[String] {
        self.member_names.listed()
    }

    /// Who held the newest attempt of each: positions in [`Table::lessee_names`].
    #[must_use]
    pub fn lessees(&self) -> &[Option<u32>] {
        &self.lessees
    }

    #[must_use]
    pub fn lessee_names(&self) -> &[String] {
        self.lessee_names.listed()
    }

    #[must_use]
    pub fn created(&self) -> &[f64] {
        &self.created
    }

    /// When the newest attempt of each was leased.
    #[must_use]
    pub fn leased(&self) -> &[f64] {
        &self.leased
    }

    #[must_use]
    pub fn ended(&self) -> &[f64] {
        &self.ended
    }

    /// The completed trials and their losses, in the order of their numbers.
    pub fn completed(&self) -> impl Iterator<Item = (usize, f64)> {
        let losses = self.losses.iter().copied().enumerate();
        losses.filter(|(at, loss)| self.states[*at] == TrialState::Completed && !loss.is_nan())
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact for the next 280,000 years")]
fn millis(at: crate::Timestamp) -> f64 {
    at.0 as f64
}
