//! From runs to scores, as a table or as lines of JSON.

use serde_json::json;

use crate::options::Options;
use crate::problem::Problem;
use crate::run::Run;

/// A regret below this is as good as none.
const FLOOR: f64 = 0.001;

/// Regret curves by algorithm, problem and seed.
pub struct Report<'a> {
    options: &'a Options,
    problems: &'a [Problem],
    curves: Vec<Vec<Vec<Vec<f64>>>>,
    seconds: Vec<Vec<Vec<Vec<f64>>>>,
}

impl<'a> Report<'a> {
    /// Of runs in the order of problems, then seeds, then algorithms.
    pub fn new(options: &'a Options, problems: &'a [Problem], runs: Vec<Run>) -> Self {
        let empty = vec![vec![Vec::new(); problems.len()]; options.algorithms.len()];
        let mut report = Self { options, problems, curves: empty.clone(), seconds: empty };
        let each_seed = options.algorithms.len();
        for (index, run) in runs.into_iter().enumerate() {
            let (algorithm, at) = (index % each_seed, index / each_seed / options.seeds as usize);
            let curve = run.best.iter().map(|loss| problems[at].regret(*loss)).collect();
            report.curves[algorithm][at].push(curve);
            report.seconds[algorithm][at].push(run.seconds);
        }
        report
    }

    /// One line for each run, with the fields that the yardstick's `run.py` writes.
    pub fn print_json(&self) {
        for (algorithm, (name, _)) in self.options.algorithms.iter().enumerate() {
            for (at, problem) in self.problems.iter().enumerate() {
                let runs = self.curves[algorithm][at].iter().zip(&self.seconds[algorithm][at]);
                for (seed, (regret, seconds)) in runs.enumerate() {
                    let line = json!({
                        "optimizer": name, "problem": problem.name, "family": problem.family, "seed": seed,
                        "parallel": self.options.parallel, "budget": self.options.budget,
                        "regret": regret, "seconds": seconds,
                    });
                    println!("{line}");
                }
            }
        }
    }

    pub fn print_tables(&self) {
        let Options { seeds, budget, parallel, .. } = self.options;
        println!(
            "{} problems, {seeds} seeds, {budget} evaluations, {parallel} at a time. Score: the geometric mean of the\n\
             regret, as a part of random search's; +- one standard error over problems; rank: the mean over problems.",
            self.problems.len()
        );
        let marks = self.marks();
        let mut rows = vec![vec!["algorithm".to_owned()]];
        rows[0].extend(marks.iter().map(|mark| format!("score@{mark}")));
        rows[0].push("+-".to_owned());
        rows[0].extend(marks.iter().map(|mark| format!("rank@{mark}")));
        rows[0].extend(marks.iter().map(|mark| format!("ms@{mark}")));
        let all: Vec<usize> = (0..self.problems.len()).collect();
        let ranks: Vec<Vec<f64>> = marks.iter().map(|mark| self.ranks(&all, *mark)).collect();
        for (algorithm, (name, _)) in self.options.algorithms.iter().enumerate() {
            let mut row = vec![name.clone()];
            row.extend(marks.iter().map(|mark| format!("{:.3}", self.score(algorithm, &all, *mark).0)));
            row.push(format!("{:.0}%", 100.0 * self.score(algorithm, &all, *budget).1));
            row.extend(ranks.iter().map(|ranks| format!("{:.2}", ranks[algorithm])));
            row.extend(marks.iter().map(|mark| format!("{:.3}", self.milliseconds(algorithm, *mark))));
            rows.push(row);
        }
        print(&rows);
        for mark in marks {
            self.print_families(mark);
        }
        if self.options.per_problem {
            self.print_problems();
        }
    }

    fn print_families(&self, mark: usize) {
        println!("Score (rank) by family at {mark} evaluations:");
        let mut rows = vec![vec!["algorithm".to_owned()]];
        rows[0].extend(self.options.families.iter().map(|family| (*family).to_owned()));
        rows.extend(self.options.algorithms.iter().map(|(name, _)| vec![name.clone()]));
        for family in &self.options.families {
            let of_family = |at: &usize| self.problems[*at].family == *family;
            let problems: Vec<usize> = (0..self.problems.len()).filter(of_family).collect();
            let ranks = self.ranks(&problems, mark);
            for (algorithm, rank) in ranks.iter().enumerate() {
                let score = self.score(algorithm, &problems, mark).0;
                rows[1 + algorithm].push(format!("{score:.3} ({rank:.1})"));
            }
        }
        print(&rows);
    }

    fn print_problems(&self) {
        println!("Median regret at {} evaluations:", self.options.budget);
        let mut rows = vec![vec!["problem".to_owned(), "axes".to_owned()]];
        rows[0].extend(self.options.algorithms.iter().map(|(name, _)| name.clone()));
        for (at, problem) in self.problems.iter().enumerate() {
            let mut row = vec![problem.name.clone(), problem.landscape.space.parameters().len().to_string()];
            let medians = (0..self.options.algorithms.len())
                .map(|algorithm| format!("{:.4}", self.median(algorithm, at, self.options.budget)));
            row.extend(medians);
            rows.push(row);
        }
        print(&rows);
    }

    fn marks(&self) -> Vec<usize> {
        let budget = self.options.budget;
        let before = [25, 50, 100, 200].into_iter().filter(|mark| *mark < budget);
        before.chain([budget]).collect()
    }

    fn regrets(&self, algorithm: usize, at: usize, mark: usize) -> impl Iterator<Item = f64> {
        self.curves[algorithm][at].iter().map(move |curve| curve[mark - 1].max(FLOOR))
    }

    fn mean_log(&self, algorithm: usize, at: usize, mark: usize) -> f64 {
        self.regrets(algorithm, at, mark).map(libm::log).sum::<f64>() / self.options.seeds as f64
    }

    fn median(&self, algorithm: usize, at: usize, mark: usize) -> f64 {
        let mut regrets: Vec<f64> = self.regrets(algorithm, at, mark).collect();
        regrets.sort_by(f64::total_cmp);
        0.5 * (regrets[(regrets.len() - 1) / 2] + regrets[regrets.len() / 2])
    }

    /// The score, and its standard error over problems relative to it. Random search is the first algorithm.
    fn score(&self, algorithm: usize, problems: &[usize], mark: usize) -> (f64, f64) {
        let logs: Vec<f64> = problems
            .iter()
            .map(|at| self.mean_log(algorithm, *at, mark) - self.mean_log(0, *at, mark))
            .collect();
        let count = logs.len() as f64;
        let mean = logs.iter().sum::<f64>() / count;
        let squares: f64 = logs.iter().map(|log| (log - mean) * (log - mean)).sum();
        (libm::exp(mean), libm::sqrt(squares / (count - 1.0).max(1.0) / count))
    }

    /// The mean rank of each algorithm by the median over seeds; equal ones share a rank.
    fn ranks(&self, problems: &[usize], mark: usize) -> Vec<f64> {
        let count = self.options.algorithms.len();
        let mut ranks = vec![0.0; count];
        for at in problems {
            let medians: Vec<f64> = (0..count).map(|algorithm| self.median(algorithm, *at, mark)).collect();
            for (rank, own) in ranks.iter_mut().zip(&medians) {
                let below = medians.iter().filter(|other| *other < own).count();
                let equal = medians.iter().filter(|other| *other == own).count();
                *rank += (below as f64 + 0.5 * (equal + 1) as f64) / problems.len() as f64;
            }
        }
        ranks
    }

    /// What one of the ten suggestions before `mark` took, in the mean over all runs.
    fn milliseconds(&self, algorithm: usize, mark: usize) -> f64 {
        let last = mark.saturating_sub(10)..mark;
        let runs = self.seconds[algorithm].iter().flatten();
        let means: Vec<f64> =
            runs.map(|seconds| seconds[last.clone()].iter().sum::<f64>() / last.len() as f64).collect();
        1e3 * means.iter().sum::<f64>() / means.len() as f64
    }
}

fn print(rows: &[Vec<String>]) {
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = width(column);
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        println!("{}", cells.collect::<Vec<_>>().join("  "));
    }
    println!();
}
