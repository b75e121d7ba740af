//! Tables for the unit tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Row, Table};
use crate::Timestamp;
use crate::space::{ParamValue, Space};
use crate::stream::Stream;
use crate::study::{EndReason, Origin, TrialNumber, TrialState, Version};

/// A trial as a test wants it: completed, ten milliseconds after it began, unless said otherwise.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Ended(Row);

impl Ended {
    pub(in crate::analysis) fn at(values: &[f64], loss: f64) -> Self {
        Self(Row {
            number: TrialNumber(0),
            rev: Version(0),
            state: TrialState::Completed,
            loss: Some(loss),
            metrics: BTreeMap::new(),
            values: values.into(),
            attempt: 1,
            reason: None,
            origin: Origin::Suggested,
            is_feasible: true,
            member: None,
            lessee: Some("w1".to_owned()),
            created_at: Timestamp(0),
            leased_at: None,
            ended_at: None,
        })
    }

    pub(in crate::analysis) fn metric(mut self, name: &str, value: f64) -> Self {
        self.0.metrics.insert(name.to_owned(), value);
        self
    }

    pub(in crate::analysis) fn state(mut self, state: TrialState, reason: Option<EndReason>) -> Self {
        self.0.state = state;
        self.0.reason = reason;
        if state != TrialState::Completed {
            self.0.loss = None;
        }
        self
    }

    pub(in crate::analysis) fn by(mut self, worker: &str) -> Self {
        self.0.lessee = Some(worker.to_owned());
        self
    }

    pub(in crate::analysis) fn proposed_by(mut self, member: &str) -> Self {
        self.0.member = Some(member.to_owned());
        self
    }

    pub(in crate::analysis) fn infeasible(mut self) -> Self {
        self.0.is_feasible = false;
        self
    }

    /// When the last attempt began and ended.
    pub(in crate::analysis) fn between(mut self, leased: u64, ended: u64) -> Self {
        self.0.leased_at = Some(Timestamp(leased));
        self.0.ended_at = Some(Timestamp(ended));
        self
    }
}

/// A table of these trials, over a space in JSON.
pub(in crate::analysis) fn table(space: &str, trials: impl IntoIterator<Item = Ended>) -> Table {
    let space = Space::from_json(space).expect("a valid space");
    let mut table = Table::new(Arc::new(space));
    let rows = (0..).zip(trials).map(|(number, Ended(row))| Row {
        number: TrialNumber(number),
        rev: Version(number + 1),
        created_at: Timestamp(1_000 + number * 10),
        leased_at: row.leased_at.or(Some(Timestamp(1_000 + number * 10))),
        ended_at: row.ended_at.or(Some(Timestamp(1_010 + number * 10))).filter(|_| row.state.is_terminal()),
        ..row
    });
    table.take(rows.collect());
    table
}

/// A table of trials drawn from the prior, with this loss of the values by index (NaN where not set).
pub(in crate::analysis) fn drawn(
    space: &str,
    trials: usize,
    seed: u64,
    mut loss: impl FnMut(&[f64], &mut Stream) -> f64,
) -> Table {
    let read = Space::from_json(space).expect("a valid space");
    let rows = (0..trials as u64).map(|number| {
        let values = prior(&read, seed, number);
        let loss = loss(&values, &mut Stream::new(seed, number, "noise"));
        Ended::at(&values, loss)
    });
    table(space, rows)
}

fn prior(space: &Space, seed: u64, number: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, number, "prior");
    let mut values = Vec::new();
    for (index, parameter) in space.parameters().iter().enumerate() {
        let chosen = |parent: usize| {
            let value: f64 = values[parent];
            (!value.is_nan()).then_some(value as usize)
        };
        values.push(match parameter.sample(&mut stream) {
            _ if !space.is_active(index, chosen) => f64::NAN,
            ParamValue::Option(name) => {
                parameter.options.iter().position(|option| *option == name).map_or(f64::NAN, |at| at as f64)
            }
            value => value.as_f64().unwrap_or(f64::NAN),
        });
    }
    values
}
