//! The language in which people pick trials.

use std::collections::BTreeSet;

use super::filter_words::{Word, words};
use super::interval::Interval;
use super::{Column, Table};
use crate::Refusal;
use crate::space::spelling::{cut, nearest, one_of};
use crate::study::{EndReason, Origin, TrialState};

/// Words that name no column.
const WORDS: [&str; 7] = ["state", "worker", "reason", "origin", "member", "feasible", "not"];

/// Conditions that a trial must all meet.
///
/// ```text
/// state:failed,pruned  reason:timeout  origin:enqueued  worker=w1     one of these
/// member:gp                                                           whose point this algorithm of several proposed
/// feasible:yes  feasible:no                                           whether it breaks no constraint
/// #12  #3,4                                                           these numbers
/// lr:<1e-3  lr:>=0.1  lr:0.1..0.2  lr:..0.2  layers:2,3               a parameter: below, from on, between (both ends count), one of
/// booster=sgd,adam                                                    a choice: one of these options
/// loss:<0.3  m.accuracy:>0.9  number:100..  attempt:>1                figures; duration in ms, or with a unit: duration:>1.5h
/// loss:top5%                                                          the best 5% of the completed trials that are feasible
/// not:booster                                                         not set
/// ```
/// `:` and `=` mean the same. A parameter that is called like another word is `p.LABEL`. What has blanks, `:`, `=`, `<`, `>`
/// or commas in it is put into double quotes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    Numbers(BTreeSet<usize>),
    States(Vec<TrialState>),
    Reasons(Vec<EndReason>),
    /// By the name of the origin.
    Origins(Vec<String>),
    Members(Vec<String>),
    Feasible(Vec<bool>),
    Workers(Vec<String>),
    /// In any of the intervals.
    Within(Column, Vec<Interval>),
    /// The position of the parameter, and those of the options.
    Options(usize, Vec<usize>),
    /// The best part of the completed trials that are feasible, in percent.
    Best(f64),
    NotSet(Column),
}

impl Filter {
    /// Reads a filter; every trial meets an empty one.
    ///
    /// # Errors
    /// `invalid` at `filter`, with what may have been meant.
    pub fn parse(text: &str, table: &Table) -> Result<Self, Refusal> {
        let conditions = words(text)?.into_iter().map(|word| condition(&word, table));
        Ok(Self { conditions: conditions.collect::<Result<_, _>>()? })
    }

    /// The numbers of the trials that meet it, rising.
    #[must_use]
    pub fn matching(&self, table: &Table) -> Vec<usize> {
        let mut trials: Vec<usize> = (0..table.len()).collect();
        for condition in &self.conditions {
            condition.retain(table, &mut trials);
        }
        trials
    }
}

impl Condition {
    fn retain(&self, table: &Table, trials: &mut Vec<usize>) {
        match self {
            Self::Numbers(numbers) => trials.retain(|trial| numbers.contains(trial)),
            Self::States(states) => trials.retain(|trial| states.contains(&table.states()[*trial])),
            Self::Reasons(reasons) => {
                trials
                    .retain(|trial| table.reasons()[*trial].is_some_and(|reason| reasons.contains(&reason)));
            }
            Self::Origins(names) => {
                trials.retain(|trial| names.iter().any(|name| name == origin_name(table.origins()[*trial])));
            }
            Self::Members(names) => retain_named(trials, names, table.members(), table.member_names()),
            Self::Feasible(asked) => trials.retain(|trial| asked.contains(&table.feasible()[*trial])),
            Self::Workers(names) => retain_named(trials, names, table.lessees(), table.lessee_names()),
            Self::Within(column, intervals) => {
                let values = column.values(table);
                trials.retain(|trial| intervals.iter().any(|interval| interval.holds(values[*trial])));
            }
            Self::Options(parameter, options) => {
                let values = table.values(*parameter);
                trials.retain(|trial| options.iter().any(|option| values[*trial] == *option as f64));
            }
            Self::Best(percent) => {
                let best = best(table, *percent);
                trials.retain(|trial| best[*trial]);
            }
            Self::NotSet(column) => {
                let values = column.values(table);
                trials.retain(|trial| values[*trial].is_nan());
            }
        }
    }
}

/// Keeps the trials whose code stands for one of these names.
fn retain_named(trials: &mut Vec<usize>, names: &[String], codes: &[Option<u32>], known: &[String]) {
    let asked: Vec<bool> = known.iter().map(|name| names.contains(name)).collect();
    trials.retain(|trial| codes[*trial].is_some_and(|code| asked[code as usize]));
}

/// As it is shown and asked for.
#[must_use]
pub const fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Suggested => "suggested",
        Origin::Enqueued => "enqueued",
        Origin::RetryOf(_) => "retry",
        Origin::Added => "added",
    }
}

/// Whether each trial is of the best part of the completed ones that are feasible, rounded up; of equal ones those of the
/// lower numbers.
fn best(table: &Table, percent: f64) -> Vec<bool> {
    let mut completed: Vec<(usize, f64)> =
        table.completed().filter(|(trial, _)| table.feasible()[*trial]).collect();
    completed.sort_by(|a, b| a.1.total_cmp(&b.1));
    // A share that is a whole number but for rounding is not rounded up to the next one.
    let most = (percent / 100.0 * completed.len() as f64 - 1e-9).ceil().max(0.0) as usize;
    let mut best = vec![false; table.len()];
    completed.into_iter().take(most).for_each(|(trial, _)| best[trial] = true);
    best
}

fn condition(word: &Word, table: &Table) -> Result<Condition, Refusal> {
    let Word { name, values } = word;
    if let Some(first) = name.strip_prefix('#') {
        let numbers = [first].into_iter().chain(values.iter().map(|value| value.trim_start_matches('#')));
        let read = |text: &str| {
            text.parse().map_err(|_| bad(name, &format!("`{}` is no number of a trial", cut(text))))
        };
        return Ok(Condition::Numbers(numbers.map(read).collect::<Result<_, _>>()?));
    }
    if values.is_empty() || values.iter().any(String::is_empty) {
        let hint = "write a name and what it must be, like `state:completed` or `loss:<0.3`";
        return Err(
            Refusal::invalid("filter", format!("`{}` says nothing of a value", cut(name))).with_hint(hint)
        );
    }
    let state = |text| TrialState::ALL.into_iter().find(|state| state.as_str() == text);
    let reason = |text| EndReason::ALL.into_iter().find(|reason| reason.as_str() == text);
    Ok(match name.as_str() {
        "state" => Condition::States(each(name, values, state, &TrialState::ALL.map(TrialState::as_str))?),
        "reason" => Condition::Reasons(each(name, values, reason, &EndReason::ALL.map(EndReason::as_str))?),
        "origin" => {
            let names = ["suggested", "enqueued", "retry", "added"];
            let origin = |text: &str| names.contains(&text).then(|| text.to_owned());
            Condition::Origins(each(name, values, origin, &names)?)
        }
        "member" => Condition::Members(values.clone()),
        "feasible" => {
            let names = ["yes", "no"];
            let answer = |text: &str| names.contains(&text).then_some(text == "yes");
            Condition::Feasible(each(name, values, answer, &names)?)
        }
        "worker" => Condition::Workers(values.clone()),
        "not" => Condition::NotSet(Column::named(&values.join(","), table, "filter", &WORDS)?),
        _ => of_column(name, values, Column::named(name, table, "filter", &WORDS)?, table)?,
    })
}

fn of_column(name: &str, values: &[String], column: Column, table: &Table) -> Result<Condition, Refusal> {
    if let Column::Parameter(index) = column {
        let options = &table.space().parameters()[index].options;
        if !options.is_empty() {
            let names: Vec<&str> = options.iter().map(String::as_str).collect();
            let position = |text: &str| names.iter().position(|option| *option == text);
            return Ok(Condition::Options(index, each(name, values, position, &names)?));
        }
    }
    if let (Column::Loss, [value]) = (&column, values)
        && let Some(part) = value.strip_prefix("top")
    {
        let percent = part.strip_suffix('%').and_then(|number| number.parse().ok());
        let percent: Option<f64> = percent.filter(|percent| (0.0..=100.0).contains(percent));
        return percent
            .map(Condition::Best)
            .ok_or_else(|| bad(name, "top must be a part from 0% to 100%, like `loss:top5%`"));
    }
    let read = |value: &String| {
        Interval::parse(value, column == Column::Duration).ok_or_else(|| {
            bad(name, &format!("`{}` is no number or range", cut(value)))
                .with_hint(format!("write `{name}:<0.3`, `{name}:>=2`, `{name}:0.1..0.2` or `{name}=3`"))
        })
    };
    let intervals = values.iter().map(read).collect::<Result<_, _>>()?;
    Ok(Condition::Within(column, intervals))
}

/// What each of these texts stands for.
fn each<'a, T>(
    name: &str,
    values: &'a [String],
    read: impl Fn(&'a str) -> Option<T>,
    names: &[&str],
) -> Result<Vec<T>, Refusal> {
    let known = |value: &'a String| {
        read(value).ok_or_else(|| {
            let refusal = bad(name, &format!("there is no `{}`", cut(value)));
            match nearest(value, names.iter().copied()) {
                Some(meant) => refusal.with_hint(format!("did you mean `{meant}`?")),
                None => refusal.with_hint(format!("there are {}", one_of(names.iter().copied()))),
            }
        })
    };
    values.iter().map(known).collect()
}

fn bad(name: &str, message: &str) -> Refusal {
    Refusal::invalid("filter", format!("of `{}`: {message}", cut(name)))
}
