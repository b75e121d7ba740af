//! The figures of a trial that have a name.

use std::borrow::Cow;

use super::Table;
use crate::Refusal;
use crate::space::spelling::{cut, nearest, one_of};

/// A figure that a trial has or has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    Number,
    Loss,
    /// From the newest attempt's lease to the trial's end, in milliseconds.
    Duration,
    /// Milliseconds since 1970, as all times.
    Created,
    Leased,
    Ended,
    Attempt,
    /// By the index of the parameter.
    Parameter(usize),
    Metric(String),
}

/// The names of the columns that every study has.
pub(super) const COMMON: [(&str, Column); 7] = [
    ("number", Column::Number),
    ("loss", Column::Loss),
    ("duration", Column::Duration),
    ("created", Column::Created),
    ("leased", Column::Leased),
    ("ended", Column::Ended),
    ("attempt", Column::Attempt),
];

impl Column {
    /// The column of this name: a common one, the label of a parameter (`p.LABEL` if it is also another name), or
    /// `m.NAME` for a metric. `others` are words that could stand there as well, for the hint.
    ///
    /// # Errors
    /// `invalid` at `field`.
    pub(super) fn named(name: &str, table: &Table, field: &str, others: &[&str]) -> Result<Self, Refusal> {
        if let Some((_, column)) = COMMON.iter().find(|(common, _)| *common == name) {
            return Ok(column.clone());
        }
        let parameter = |label: &str| table.space().index_of(label).map(Self::Parameter);
        let metric = |name: &str| table.metrics().contains_key(name).then(|| Self::Metric(name.to_owned()));
        let found = parameter(name)
            .or_else(|| parameter(name.strip_prefix("p.")?))
            .or_else(|| metric(name.strip_prefix("m.")?));
        found.ok_or_else(|| {
            let metrics: Vec<String> = table.metrics().keys().map(|name| format!("m.{name}")).collect();
            let labels = table.space().parameters().iter().map(|parameter| parameter.label.as_str());
            let names = labels.chain(metrics.iter().map(String::as_str));
            let names = names.chain(COMMON.iter().map(|(common, _)| *common)).chain(others.iter().copied());
            unknown(field, "column", name, names)
        })
    }

    /// The figure of each trial, by number; NaN where there is none.
    #[must_use]
    pub fn values<'a>(&self, table: &'a Table) -> Cow<'a, [f64]> {
        match self {
            Self::Number => (0..table.len()).map(|number| number as f64).collect(),
            Self::Loss => table.losses().into(),
            Self::Duration => {
                table.ended().iter().zip(table.leased()).map(|(end, start)| end - start).collect()
            }
            Self::Created => table.created().into(),
            Self::Leased => table.leased().into(),
            Self::Ended => table.ended().into(),
            Self::Attempt => table.attempts().iter().map(|attempt| f64::from(*attempt)).collect(),
            Self::Parameter(index) => table.values(*index).into(),
            Self::Metric(name) => match table.metrics().get(name) {
                Some(values) => values.as_slice().into(),
                None => vec![f64::NAN; table.len()].into(),
            },
        }
    }
}

/// The index of the parameter with this label.
///
/// # Errors
/// `invalid` at `field`.
pub(super) fn parameter(table: &Table, label: &str, field: &str) -> Result<usize, Refusal> {
    let labels = table.space().parameters().iter().map(|parameter| parameter.label.as_str());
    table.space().index_of(label).ok_or_else(|| unknown(field, "parameter", label, labels))
}

/// `loss`, or the metric of `m.NAME`: what a trial is judged by.
///
/// # Errors
/// `invalid` at `field`.
pub(super) fn objective(table: &Table, name: &str, field: &str) -> Result<Column, Refusal> {
    match Column::named(name, table, field, &[]) {
        Ok(column @ (Column::Loss | Column::Metric(_))) => Ok(column),
        _ => {
            let metrics: Vec<String> = table.metrics().keys().map(|name| format!("m.{name}")).collect();
            let names = metrics.iter().map(String::as_str).chain(["loss"]);
            Err(unknown(field, "objective", name, names))
        }
    }
}

/// Refuses a name, and says what may have been meant.
pub(super) fn unknown<'a>(
    field: &str,
    what: &str,
    name: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Refusal {
    let refusal = Refusal::invalid(field, format!("there is no {what} `{}`", cut(name)));
    match nearest(name, names.clone()) {
        Some(meant) => refusal.with_hint(format!("did you mean `{meant}`?")),
        None => refusal.with_hint(format!("there are {}", one_of(names))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, table};

    #[test]
    fn names_are_found_and_near_ones_named() {
        let space = r#"{"lr": {"type": "uniform", "low": 0, "high": 1}, "loss": {"type": "int", "low": 0, "high": 9}}"#;
        let table = table(space, (0..3).map(|i| Ended::at(&[0.5, 2.0], f64::from(i)).metric("acc", 0.25)));
        let named = |name| Column::named(name, &table, "filter", &["state"]);
        assert_eq!(named("lr"), Ok(Column::Parameter(0)));
        assert_eq!(named("loss"), Ok(Column::Loss));
        assert_eq!(named("p.loss"), Ok(Column::Parameter(1)));
        assert_eq!(named("m.acc").map(|column| column.values(&table).into_owned()), Ok(vec![0.25; 3]));
        let refusal = named("lrr").unwrap_err();
        assert_eq!(refusal.to_string(), "filter: there is no column `lrr`");
        assert_eq!(refusal.hint.as_deref(), Some("did you mean `lr`?"));
        assert_eq!(named("stat").unwrap_err().hint.as_deref(), Some("did you mean `state`?"));
        assert_eq!(
            objective(&table, "m.ac", "target").unwrap_err().hint.as_deref(),
            Some("did you mean `m.acc`?")
        );
        assert!(objective(&table, "lr", "target").is_err());
    }
}
