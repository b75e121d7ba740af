//! What is to be run, from the command line.

use tunewright_core::suggest::Algorithm;

use crate::families::FAMILIES;

pub const USAGE: &str = "usage: search_quality [OPTION]...
  --algorithms LIST  what to compare, with commas between: names, `tpe-hyperopt`, or `{name: tpe, n_ei: 24}`
                     (default: tpe-hyperopt,anneal; random is always there)
  --family LIST      smooth, steep, trained, categorical, tree, wide, rugged, noisy (default: all)
  --problems N       how many problems of each family (default: 8)
  --first N          the number of the first problem (default: 0)
  --seeds N          runs of each algorithm on each problem (default: 5)
  --budget N         evaluations of a run (default: 100)
  --parallel N       evaluations pending at a time (default: 1)
  --jobs N           threads (default: 2)
  --per-problem      also the median regret on each problem
  --json             a line of JSON for each run instead of tables";

/// What is to be run.
pub struct Options {
    /// By the name it was given, `random` first.
    pub algorithms: Vec<(String, Algorithm)>,
    pub families: Vec<&'static str>,
    pub problems: u64,
    pub first: u64,
    pub seeds: u64,
    pub budget: usize,
    pub parallel: usize,
    pub jobs: usize,
    pub per_problem: bool,
    pub json: bool,
}

impl Options {
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            algorithms: algorithms("tpe-hyperopt,anneal")?,
            families: FAMILIES.to_vec(),
            problems: 8,
            first: 0,
            seeds: 5,
            budget: 100,
            parallel: 1,
            jobs: 2,
            per_problem: false,
            json: false,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word}: must have a value"));
            match word.as_str() {
                "--algorithms" => options.algorithms = algorithms(&value()?)?,
                "--family" => options.families = families(&value()?)?,
                "--problems" => options.problems = number(&word, &value()?, 1)? as u64,
                "--first" => options.first = number(&word, &value()?, 0)? as u64,
                "--seeds" => options.seeds = number(&word, &value()?, 1)? as u64,
                "--budget" => options.budget = number(&word, &value()?, 1)?,
                "--parallel" => options.parallel = number(&word, &value()?, 1)?,
                "--jobs" => options.jobs = number(&word, &value()?, 1)?,
                "--per-problem" => options.per_problem = true,
                "--json" => options.json = true,
                _ => return Err(format!("`{word}` is no option\n{USAGE}")),
            }
        }
        Ok(options)
    }
}

fn number(option: &str, text: &str, least: usize) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number >= least);
    number.ok_or_else(|| format!("{option}: must be an integer of at least {least}, not `{text}`"))
}

fn families(text: &str) -> Result<Vec<&'static str>, String> {
    let known = |name: &str| FAMILIES.into_iter().find(|family| *family == name);
    text.split(',').map(|name| known(name).ok_or_else(|| format!("--family: `{name}` is none"))).collect()
}

fn algorithms(text: &str) -> Result<Vec<(String, Algorithm)>, String> {
    let mut found = vec![("random".to_owned(), Algorithm::Random)];
    for written in split(text) {
        let yaml = if written == "tpe-hyperopt" { "{name: tpe, mode: hyperopt}" } else { &written };
        let algorithm: Algorithm = serde_saphyr::from_str(yaml).map_err(|error| error.to_string())?;
        algorithm.validate().map_err(|refusal| refusal.to_string())?;
        if algorithm == Algorithm::External {
            return Err("--algorithms: `external` proposes nothing".to_owned());
        }
        if found.iter().all(|(name, _)| *name != written) {
            found.push((written, algorithm));
        }
    }
    Ok(found)
}

/// The parts between commas that stand in no braces or brackets.
fn split(text: &str) -> Vec<String> {
    let mut depth = 0;
    let is_between = |c: char| {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    };
    text.split(is_between).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
