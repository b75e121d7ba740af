//! What a worker is told when it starts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tokio::time::Duration;
use tunewright_link::Access;

use crate::slots::Gpus;

/// Where results that the server has not acknowledged are kept on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SpoolDir {
    /// Nowhere: they are in memory only.
    #[default]
    None,
    /// Where the user's state is kept; in memory only, with a warning, if that cannot be written to.
    OfUser,
    /// Here.
    At(PathBuf),
}

/// What a worker runs, where it gets it from, and when it ends.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// The servers' addresses, for example `http://127.0.0.1:7070`; the first that answers is used. Each text may name
    /// several, with commas between them.
    pub servers: Vec<String>,
    /// The token and what TLS needs.
    pub access: Access,
    pub spool: SpoolDir,
    /// The project of `studies`.
    pub project: String,
    /// Empty: `default`.
    pub pools: Vec<String>,
    /// Only these studies; empty: all of the pools.
    pub studies: Vec<String>,
    /// How many trials run at once; at least 1.
    pub slots: usize,
    pub gpus: Gpus,
    /// How many GPUs each slot pins; at least 1, and without a meaning where `gpus` is `None`.
    pub gpus_per_slot: usize,
    /// The program and its arguments, with `{label}` where a parameter's value goes.
    pub command: Vec<String>,
    /// Set for every trial's process.
    pub env: Vec<(String, String)>,
    /// Shown to people beside the worker.
    pub labels: BTreeMap<String, String>,
    /// How long running trials may go on once the worker drains.
    pub drain_grace: Duration,
    /// End when no trial has run for this long.
    pub exit_when_idle: Option<Duration>,
    /// End when all of `studies` have ended.
    pub exit_when_studies_end: bool,
    /// End after this many trials.
    pub max_trials: Option<u64>,
    /// Whether the trials' output also goes to the log.
    pub verbose: bool,
}

impl WorkerConfig {
    /// One slot for the pool `default` of the servers, until it is asked to end.
    #[must_use]
    pub fn new(servers: Vec<String>, command: Vec<String>) -> Self {
        Self {
            servers,
            access: Access::default(),
            spool: SpoolDir::None,
            project: "default".to_owned(),
            pools: Vec::new(),
            studies: Vec::new(),
            slots: 1,
            gpus: Gpus::None,
            gpus_per_slot: 1,
            command,
            env: Vec::new(),
            labels: BTreeMap::new(),
            drain_grace: Duration::from_secs(30),
            exit_when_idle: None,
            exit_when_studies_end: false,
            max_trials: None,
            verbose: false,
        }
    }
}
