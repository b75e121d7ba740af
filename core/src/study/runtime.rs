//! What a worker can run, and whether that is what a study needs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Objective;
use crate::Refusal;

/// The longest version, in bytes.
const VERSION_LEN_MAX: usize = 32;

/// What a worker that runs functions can run. A worker without one runs a command of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// Whether it runs pickled functions.
    pub pickled: bool,
    /// For example `3.11`.
    pub python_version: String,
    /// For example `3.1.2`.
    pub cloudpickle_version: String,
}

/// Why a worker gets no trial of a study.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CannotRun {
    /// It runs functions, and the study has none.
    NoObjective,
    /// It runs a command, and the study has a function.
    NoFunctions,
    /// It does not take pickles.
    NoPickles,
    Python {
        has: String,
        wants: String,
    },
    Cloudpickle {
        has: String,
        wants: String,
    },
}

impl fmt::Display for CannotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, has, wants) = match self {
            Self::NoObjective => return f.write_str("it runs functions, and the study has no objective"),
            Self::NoFunctions => {
                return f.write_str("it runs a command, and the study's objective is a function");
            }
            Self::NoPickles => return f.write_str("it takes no pickled objectives"),
            Self::Python { has, wants } => ("Python", has, wants),
            Self::Cloudpickle { has, wants } => ("cloudpickle", has, wants),
        };
        write!(f, "it has {what} {has}, and the objective was pickled by {wants}")
    }
}

impl Runtime {
    /// Checks the form.
    ///
    /// # Errors
    /// `invalid`, naming the field.
    pub fn validate(&self) -> Result<(), Refusal> {
        let versions =
            [("python_version", &self.python_version), ("cloudpickle_version", &self.cloudpickle_version)];
        for (field, version) in versions {
            if version.len() > VERSION_LEN_MAX {
                let message = format!("must be at most {VERSION_LEN_MAX} bytes, not {}", version.len());
                return Err(Refusal::invalid(field, message));
            }
            if self.pickled && version.is_empty() {
                return Err(Refusal::invalid(field, "must be given by a worker that runs pickled functions"));
            }
        }
        Ok(())
    }
}

/// Whether a worker with this runtime may get trials of a study with this objective. A worker of commands and a study
/// without an objective go together; a function goes to every worker of functions; and a pickle only to one that takes
/// pickles, with the same `major.minor` of Python and the same major version of cloudpickle as pickled it: beyond these,
/// neither promises that it can be read.
///
/// # Errors
/// Why not.
pub fn can_run(runtime: Option<&Runtime>, objective: Option<&Objective>) -> Result<(), CannotRun> {
    let (runtime, objective) = match (runtime, objective) {
        (None, None) => return Ok(()),
        (None, Some(_)) => return Err(CannotRun::NoFunctions),
        (Some(_), None) => return Err(CannotRun::NoObjective),
        (Some(runtime), Some(objective)) => (runtime, objective),
    };
    let pickled = match objective {
        Objective::Function(_) => return Ok(()),
        Objective::Pickled(pickled) => pickled,
    };
    if !runtime.pickled {
        return Err(CannotRun::NoPickles);
    }
    let (has, wants) = (&runtime.python_version, &pickled.python_version);
    if !same(has, wants, 2) {
        return Err(CannotRun::Python { has: has.clone(), wants: wants.clone() });
    }
    let (has, wants) = (&runtime.cloudpickle_version, &pickled.cloudpickle_version);
    if !same(has, wants, 1) {
        return Err(CannotRun::Cloudpickle { has: has.clone(), wants: wants.clone() });
    }
    Ok(())
}

/// Whether the first so many numbers of two versions are there and equal.
fn same(one: &str, other: &str, numbers: usize) -> bool {
    let first = |version: &str| -> Option<Vec<u32>> {
        let mut parts = version.split('.');
        (0..numbers).map(|_| parts.next()?.parse().ok()).collect()
    };
    first(one).is_some_and(|one| Some(one) == first(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::PickledFunction;

    fn runtime(pickled: bool, python: &str, cloudpickle: &str) -> Runtime {
        Runtime { pickled, python_version: python.to_owned(), cloudpickle_version: cloudpickle.to_owned() }
    }

    fn pickled(python: &str, cloudpickle: &str) -> Objective {
        Objective::Pickled(PickledFunction {
            sha256: "0".repeat(64),
            size: 1,
            python_version: python.to_owned(),
            cloudpickle_version: cloudpickle.to_owned(),
        })
    }

    #[test]
    fn commands_and_functions_are_kept_apart() {
        let function = Objective::Function("m:f".to_owned());
        let any = runtime(false, "", "");
        assert_eq!(can_run(None, None), Ok(()));
        assert_eq!(can_run(Some(&any), Some(&function)), Ok(()));
        assert_eq!(can_run(None, Some(&function)), Err(CannotRun::NoFunctions));
        assert_eq!(can_run(None, Some(&pickled("3.11", "3.1.2"))), Err(CannotRun::NoFunctions));
        assert_eq!(can_run(Some(&any), None), Err(CannotRun::NoObjective));
    }

    #[test]
    fn a_pickle_wants_what_pickled_it() {
        for (python, cloudpickle, answer) in [
            ("3.11", "3.1.2", Ok(())),
            ("3.11.9", "3.0.0", Ok(())),
            ("3.11.0rc1", "3", Ok(())),
            ("3.12", "3.1.2", Err("it has Python 3.12, and the objective was pickled by 3.11")),
            ("3.1", "3.1.2", Err("it has Python 3.1, and the objective was pickled by 3.11")),
            ("3", "3.1.2", Err("it has Python 3, and the objective was pickled by 3.11")),
            ("2.11", "3.1.2", Err("it has Python 2.11, and the objective was pickled by 3.11")),
            ("3.11", "2.2.1", Err("it has cloudpickle 2.2.1, and the objective was pickled by 3.1.2")),
            ("3.11", "31.0", Err("it has cloudpickle 31.0, and the objective was pickled by 3.1.2")),
        ] {
            let answered =
                can_run(Some(&runtime(true, python, cloudpickle)), Some(&pickled("3.11", "3.1.2")));
            assert_eq!(answered.map_err(|why| why.to_string()), answer.map_err(str::to_owned));
        }
        let off = runtime(false, "3.11", "3.1.2");
        assert_eq!(can_run(Some(&off), Some(&pickled("3.11", "3.1.2"))), Err(CannotRun::NoPickles));
        // What is no version is never the same.
        assert!(can_run(Some(&runtime(true, "x.y", "z")), Some(&pickled("x.y", "z"))).is_err());
    }

    #[test]
    fn a_runtime_is_checked() {
        assert_eq!(runtime(true, "3.11", "3.1.2").validate(), Ok(()));
        assert_eq!(runtime(false, "", "").validate(), Ok(()));
        for (wrong, says) in [
            (runtime(true, "", "3"), "python_version: must be given by a worker that runs pickled functions"),
            (
                runtime(true, "3.11", ""),
                "cloudpickle_version: must be given by a worker that runs pickled functions",
            ),
            (runtime(false, &"3".repeat(33), ""), "python_version: must be at most 32 bytes, not 33"),
        ] {
            assert_eq!(wrong.validate().expect_err(says).to_string(), says);
        }
    }
}
