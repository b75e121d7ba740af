//! What can be had of several objectives at once.

use serde::Serialize;

use super::Table;
use super::column::objective;
use super::front::{Figures, front};
use super::hypervolume::growth;
use super::sample::draw;
use crate::Refusal;

/// The most points.
pub const PARETO_POINTS_MAX: usize = 2_000;
/// The most numbers of trials for which the volume is told.
const VOLUMES_MAX: usize = 100;

const METHOD: &str = "Completed trials that have all objectives: those on the front are not beaten in all of them by \
    any other, and the volume they dominate is exact, up to the worst value seen of each.";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Pareto {
    pub n_used: usize,
    pub method: &'static str,
    pub objectives: Vec<Goal>,
    pub points: ParetoPoints,
    /// `n_trials, volume`: what the first so many of the trials used dominate. Empty if it is beyond what a float holds.
    pub hypervolume: Vec<(usize, f64)>,
    /// The worst value of each objective among the trials used. Empty without any.
    pub reference: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Goal {
    /// `loss`, or `m.NAME`.
    pub name: String,
    pub maximize: bool,
}

/// One entry each per point: all on the front (a sample, should it have more than [`PARETO_POINTS_MAX`]), and an even
/// sample of the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ParetoPoints {
    pub trial: Vec<usize>,
    /// The objectives of each, as they were told.
    pub values: Vec<Vec<f64>>,
    pub front: Vec<bool>,
}

/// The front of two or three objectives, each `loss` or `m.NAME`, minimised unless it stands in `maximize` too.
///
/// # Errors
/// `invalid` at `objectives` or `maximize`.
pub fn pareto(table: &Table, objectives: &[&str], maximize: &[&str]) -> Result<Pareto, Refusal> {
    let goals = goals(objectives, maximize)?;
    let columns =
        goals.iter().map(|goal| objective(table, &goal.name, "objectives")).collect::<Result<Vec<_>, _>>()?;
    let columns: Vec<_> = columns.iter().map(|column| column.values(table)).collect();
    let known = |trial: &usize| columns.iter().all(|column| !column[*trial].is_nan());
    let used: Vec<usize> = table.completed().map(|(trial, _)| trial).filter(known).collect();
    let figures = |trial: &usize| {
        let mut figures = [0.0; 3];
        for ((figure, column), goal) in figures.iter_mut().zip(&columns).zip(&goals) {
            // Adding 0 makes one zero of the two.
            *figure = if goal.maximize { -column[*trial] } else { column[*trial] } + 0.0;
        }
        figures
    };
    let all: Vec<Figures> = used.iter().map(figures).collect();
    let on_front = front(&all);
    let mut worst = [f64::NEG_INFINITY; 3];
    for figures in &all {
        worst.iter_mut().zip(figures).for_each(|(worst, figure)| *worst = worst.max(*figure));
    }
    let seen = if all.is_empty() { 0 } else { goals.len() };
    let reference = worst.iter().zip(&goals).map(|(worst, goal)| if goal.maximize { -worst } else { *worst });
    let reference = reference.take(seen).collect();
    if goals.len() == 2 {
        worst[2] = 1.0;
    }
    let mut points = ParetoPoints::default();
    for (trial, front) in shown(&used, &on_front) {
        points.trial.push(trial);
        points.values.push(columns.iter().map(|column| column[trial]).collect());
        points.front.push(front);
    }
    let hypervolume = growth(&all, &worst, VOLUMES_MAX);
    Ok(Pareto { n_used: used.len(), method: METHOD, objectives: goals, points, hypervolume, reference })
}

fn goals(objectives: &[&str], maximize: &[&str]) -> Result<Vec<Goal>, Refusal> {
    if !(2..=3).contains(&objectives.len()) {
        return Err(Refusal::invalid("objectives", "must be two or three, separated by commas")
            .with_hint("write `loss,m.NAME` with the name of a metric"));
    }
    if objectives.iter().enumerate().any(|(at, name)| objectives[..at].contains(name)) {
        return Err(Refusal::invalid("objectives", "must be different ones"));
    }
    if let Some(stray) = maximize.iter().find(|name| !objectives.contains(name)) {
        let message = format!("must be among the objectives, and `{stray}` is not");
        return Err(Refusal::invalid("maximize", message));
    }
    let goal = |name: &&str| Goal { name: (*name).to_owned(), maximize: maximize.contains(name) };
    Ok(objectives.iter().map(goal).collect())
}

/// The trials to show, in their order, and whether each is on the front.
fn shown(used: &[usize], on_front: &[bool]) -> Vec<(usize, bool)> {
    let numbered = used.iter().zip(on_front).map(|(trial, front)| (*trial, f64::from(u8::from(*front))));
    let (front, rest): (Vec<_>, Vec<_>) = numbered.partition(|(_, front)| *front > 0.0);
    let mut shown = draw(front, PARETO_POINTS_MAX);
    let left = PARETO_POINTS_MAX - shown.len();
    shown.extend(draw(rest, left));
    shown.sort_unstable_by_key(|(trial, _)| *trial);
    shown.into_iter().map(|(trial, front)| (trial, front > 0.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Ended, table};
    use crate::stream::Stream;

    const SPACE: &str = r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#;

    #[test]
    fn a_front_is_found_in_the_directions_asked_for() {
        let trials = [(1.0, 0.5), (2.0, 0.9), (3.0, 0.8), (2.0, 0.9)];
        let trials = trials.map(|(loss, accuracy)| Ended::at(&[0.5], loss).metric("acc", accuracy));
        let table = table(SPACE, trials.into_iter().chain([Ended::at(&[0.5], 0.0)]));
        let found = pareto(&table, &["loss", "m.acc"], &["m.acc"]).unwrap();
        assert_eq!(found.points.front, [true, true, false, true]);
        assert_eq!(
            (found.n_used, found.points.trial, found.reference),
            (4, vec![0, 1, 2, 3], vec![3.0, 0.5])
        );
        // Of the square from (3, 0.5): trial 1 has 1 x 0.4, trial 0 is on its edge.
        let volumes: Vec<_> =
            found.hypervolume.iter().map(|(n, volume)| (*n, (volume * 1e9).round() / 1e9)).collect();
        assert_eq!(volumes, [(1, 0.0), (2, 0.4), (3, 0.4), (4, 0.4)]);
    }

    #[test]
    fn of_many_the_front_and_a_sample_are_shown() {
        let mut stream = Stream::new(1, 0, "pareto");
        let trials: Vec<_> = (0..5_000)
            .map(|_| {
                let (a, b, c) = (stream.unit(), stream.unit(), stream.unit());
                Ended::at(&[0.5], a).metric("b", b).metric("c", c)
            })
            .collect();
        let table = table(SPACE, trials);
        let found = pareto(&table, &["loss", "m.b", "m.c"], &[]).unwrap();
        assert_eq!((found.points.trial.len(), found.hypervolume.len()), (PARETO_POINTS_MAX, 100));
        let front = found.points.front.iter().filter(|front| **front).count();
        // About (ln n)^2 / 2 = 36 are expected.
        assert!((15..80).contains(&front), "{front}");
        assert!(found.hypervolume.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        assert!((0.9..1.0).contains(&found.hypervolume[99].1));
    }

    #[test]
    fn what_is_no_set_of_objectives_is_refused() {
        let table = table(SPACE, [Ended::at(&[0.5], 1.0).metric("acc", 1.0)]);
        for (objectives, maximize, text) in [
            (vec!["loss"], vec![], "objectives: must be two or three, separated by commas"),
            (vec!["loss", "loss"], vec![], "objectives: must be different ones"),
            (vec!["loss", "m.ac"], vec![], "objectives: there is no objective `m.ac`"),
            (vec!["loss", "m.acc"], vec!["m.x"], "maximize: must be among the objectives, and `m.x` is not"),
        ] {
            assert_eq!(pareto(&table, &objectives, &maximize).unwrap_err().to_string(), text);
        }
        let empty = pareto(
            &self::table(SPACE, [Ended::at(&[0.5], 1.0).metric("a", f64::NAN)]),
            &["loss", "m.a"],
            &[],
        );
        let empty = empty.unwrap();
        assert_eq!((empty.n_used, empty.reference.len(), empty.hypervolume.len()), (0, 0, 0));
    }
}
