//! What a trial's process finds in its environment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tunewright_core::space::{ParamValue, Point};

use super::TrialRun;

/// The longest value of one variable, in bytes: Linux refuses 128 KiB. A longer one is only in the file.
const VALUE_MAX: usize = 120_000;
/// What a worker that is itself a trial's process must not hand on; and the worker's own token, which a command that prints
/// its environment would put into the trial's output. `--env` can hand one on.
const STALE: [&str; 4] = ["TUNEWRIGHT_PARAM_", "TUNEWRIGHT_RESUME_", "TUNEWRIGHT_POINT", "TUNEWRIGHT_TOKEN"];

/// The directory of one trial's files; removed when dropped.
#[derive(Debug)]
pub(super) struct Room {
    directory: TempDir,
}

impl Room {
    /// Makes the directory and writes the parameters into it.
    pub(super) fn new(run: &TrialRun) -> std::io::Result<Self> {
        let prefix = format!("tunewright-{}-", run.trial);
        let room = Self { directory: tempfile::Builder::new().prefix(&prefix).tempdir()? };
        fs::write(room.path("params.json"), run.config.to_string())?;
        Ok(room)
    }

    pub(super) fn result_file(&self) -> PathBuf {
        self.path("result.jsonl")
    }

    pub(super) fn stop_file(&self) -> PathBuf {
        self.path("stop")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// The variables that are set for a trial, later ones winning, and the inherited ones that are removed.
pub(super) fn variables(run: &TrialRun, room: &Room) -> (Vec<(String, String)>, Vec<String>) {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut set = vec![
        ("TUNEWRIGHT_PARAMS_FILE", path(&room.path("params.json"))),
        ("TUNEWRIGHT_PARAMS", run.config.to_string()),
        ("TUNEWRIGHT_POINT", json(&run.point)),
        ("TUNEWRIGHT_RESULT", path(&room.result_file())),
        ("TUNEWRIGHT_STOP", path(&room.stop_file())),
        ("TUNEWRIGHT_PROJECT", run.project.clone()),
        ("TUNEWRIGHT_STUDY", run.study.clone()),
        ("TUNEWRIGHT_TRIAL", run.trial.to_string()),
        ("TUNEWRIGHT_ATTEMPT", run.attempt.to_string()),
        ("TUNEWRIGHT_WORKER", run.worker.clone()),
        ("TUNEWRIGHT_SLOT", run.slot.to_string()),
    ];
    if let Some(resume) = &run.resume {
        set.push(("TUNEWRIGHT_RESUME_STEP", resume.step.to_string()));
        set.push(("TUNEWRIGHT_RESUME_CHECKPOINT", resume.checkpoint_uri.clone()));
    }
    if let Some(gpus) = &run.gpus {
        set.push(("CUDA_VISIBLE_DEVICES", gpus.clone()));
    }
    let set = set.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(one_each(&run.point));
    let set: Vec<_> = set.chain(run.env.iter().cloned()).collect();
    let stale = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut removed: Vec<String> =
        stale.filter(|name| STALE.iter().any(|prefix| name.starts_with(prefix))).collect();
    let (set, overlong): (Vec<_>, Vec<_>) = set.into_iter().partition(|(_, value)| value.len() <= VALUE_MAX);
    removed.extend(overlong.into_iter().map(|(name, _)| name));
    (set, removed)
}

fn json(point: &Point) -> String {
    let values = point.iter().map(|(label, value)| {
        let value = match value {
            ParamValue::Int(value) => serde_json::Value::from(*value),
            ParamValue::Float(value) => serde_json::Value::from(*value),
            ParamValue::Option(name) => serde_json::Value::from(name.as_str()),
        };
        (label.to_owned(), value)
    });
    serde_json::Value::Object(values.collect()).to_string()
}

/// One variable for each parameter. Labels that would share a name get none: either value would be a trap.
fn one_each(point: &Point) -> Vec<(String, String)> {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (label, value) in point.iter() {
        named.entry(name_of(label)).or_default().push(value.to_string());
    }
    let single = |(name, mut values): (String, Vec<String>)| {
        (values.len() == 1).then(|| values.pop()).flatten().map(|value| (name, value))
    };
    named.into_iter().filter_map(single).collect()
}

/// `TUNEWRIGHT_PARAM_` and the label in upper case, all but ASCII letters and digits as `_`.
fn name_of(label: &str) -> String {
    let letters = label.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    format!("TUNEWRIGHT_PARAM_{}", letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_names_and_ambiguous_ones_are_left_out() {
        let point: Point = [("model.svm.C", 1), ("a-b", 2), ("a.b", 3), ("é", 4)]
            .into_iter()
            .map(|(label, value)| (label.to_owned(), ParamValue::Int(value)))
            .collect();
        let expected = [("TUNEWRIGHT_PARAM_MODEL_SVM_C", "1"), ("TUNEWRIGHT_PARAM__", "4")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut found = one_each(&point);
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort();
        assert_eq!(found, expected);
        assert_eq!(json(&point), r#"{"a-b":2,"a.b":3,"model.svm.C":1,"é":4}"#);
    }
}
