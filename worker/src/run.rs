//! A worker's whole life.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, warn};
use tunewright_core::name::{PoolName, ProjectName, StudyName};
use tunewright_core::study::StudyRef;
use tunewright_core::{Code, Refusal};
use tunewright_link::{Spool, addresses};
use tunewright_proto::status::from_status;
use tunewright_proto::v1;
use uuid::Uuid;

use crate::attach::{Announcement, Attach};
use crate::config::{SpoolDir, WorkerConfig};
use crate::ending;
use crate::link::Link;
use crate::runner::{Graces, Template};
use crate::shutdown::Shutdown;
use crate::slots::Slots;
use crate::summary::{WorkerError, WorkerSummary};
use crate::trial::Shared;
use crate::work::{Limits, Work};

/// What came up the stream and was not taken in yet.
const WORDS_LEN: usize = 64;
/// The waits between two attempts to attach.
const ATTACH_WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));
/// How often the worker looks whether its studies have ended.
const STUDIES_POLL: Duration = Duration::from_secs(1);

/// Works for the servers of `config` until it is asked to end, or a limit of `config` is met. While no server
/// answers, running trials go on and their results wait.
///
/// # Errors
/// [`WorkerError::Config`] for a config that can never work, before anything is started; [`WorkerError::Refused`] if the
/// server does not let the worker in.
pub async fn run(config: WorkerConfig, shutdown: Shutdown) -> Result<WorkerSummary, WorkerError> {
    let template = Template::parse(&config.command).map_err(WorkerError::Config)?;
    let slots = Slots::new(config.slots, &config.gpus, config.gpus_per_slot).map_err(WorkerError::Config)?;
    let access = config.access.clone().or_environment().map_err(WorkerError::Config)?;
    let link = Arc::new(Link::new(&config.servers, &access).map_err(WorkerError::Config)?);
    let studies = studies(&config).map_err(WorkerError::Config)?;
    let hello = hello(&config, &slots, &studies).map_err(WorkerError::Config)?;
    let shared = Arc::new(Shared {
        link: Arc::clone(&link),
        spool: spool(&config).map_err(WorkerError::Config)?,
        worker: hello.worker_id.clone(),
        template,
        env: config.env.clone(),
        verbose: config.verbose,
        graces: Graces::default(),
        give_up: CancellationToken::new(),
        labels: Mutex::new(BTreeMap::new()),
    });
    if !ending::replay(&shared, &shutdown).await {
        return Ok(WorkerSummary::default());
    }
    let limits = Limits {
        drain_grace: config.drain_grace,
        exit_when_idle: config.exit_when_idle,
        max_trials: config.max_trials,
    };
    let (announce, announced) = watch::channel(Announcement::default());
    let work = Work::new(shared, limits, slots, announce);
    let (words, heard) = mpsc::channel(WORDS_LEN);
    let attach = Attach { link: Arc::clone(&link), hello, announced, words, waits: ATTACH_WAITS };
    let end = CancellationToken::new();
    let _end = end.clone().drop_guard();
    let _attached = AbortOnDropHandle::new(tokio::spawn(attach.run(end)));
    let watched = if config.exit_when_studies_end { studies } else { BTreeSet::new() };
    work.run(heard, &shutdown, studies_end(&link, watched)).await.map_err(WorkerError::Refused)
}

/// The directory of results that wait for the server.
fn spool(config: &WorkerConfig) -> Result<Option<Spool>, Refusal> {
    let dir = match &config.spool {
        SpoolDir::None => return Ok(None),
        SpoolDir::OfUser => Spool::default_dir(),
        SpoolDir::At(dir) => Some(dir.clone()),
    };
    let Some(dir) = dir else {
        warn!(
            "results that the server has not acknowledged are not kept on disk: there is no home directory"
        );
        return Ok(None);
    };
    match Spool::open(&dir, &addresses(&config.servers)) {
        Ok(spool) => Ok(Some(spool)),
        Err(error) if config.spool == SpoolDir::OfUser => {
            warn!(%error, dir = %dir.display(), "results that the server has not acknowledged are not kept on disk");
            Ok(None)
        }
        Err(error) => {
            let message = format!("`{}` cannot be used: {error}", dir.display());
            Err(Refusal::invalid("spool", message).with_hint("name a directory that the worker may write to"))
        }
    }
}

fn studies(config: &WorkerConfig) -> Result<BTreeSet<StudyRef>, Refusal> {
    let project = ProjectName::new(config.project.as_str())?;
    let study = |written: &String| match written.split_once('/') {
        Some(_) => written.parse(),
        None => Ok(StudyRef::new(project.clone(), StudyName::new(written.as_str())?)),
    };
    let studies: BTreeSet<StudyRef> = config.studies.iter().map(study).collect::<Result<_, _>>()?;
    if config.exit_when_studies_end && studies.is_empty() {
        return Err(Refusal::invalid("studies", "must name at least one study whose end is awaited"));
    }
    Ok(studies)
}

fn hello(
    config: &WorkerConfig,
    slots: &Slots,
    studies: &BTreeSet<StudyRef>,
) -> Result<v1::WorkerHello, Refusal> {
    for pool in &config.pools {
        PoolName::new(pool.as_str())?;
    }
    let slots = u32::try_from(slots.count()).map_err(|_| {
        Refusal::invalid("slots", format!("must be at most {}, not {}", u32::MAX, slots.count()))
    })?;
    Ok(v1::WorkerHello {
        // Unique per process start, so that a restarted worker is never taken for its former self.
        worker_id: Uuid::now_v7().to_string(),
        host: nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pools: config.pools.clone(),
        studies: studies.iter().map(v1::StudyRef::from).collect(),
        slots,
        labels: config.labels.clone(),
        // Its trials run its own command: studies with an objective are for others.
        runtime: None,
    })
}

/// Returns when all of these studies have ended; never if there are none.
async fn studies_end(link: &Link, mut studies: BTreeSet<StudyRef>) {
    if studies.is_empty() {
        std::future::pending::<()>().await;
    }
    let mut seen = BTreeSet::new();
    // That the server is away, and another in use, is found out by the stream.
    while let Some(study) = studies.first().cloned() {
        let request = v1::GetStudyRequest { study: Some((&study).into()) };
        match link.studies().get_study(request).await {
            Ok(answer) => {
                seen.insert(study.clone());
                let status = answer.into_inner().study.map(|study| study.status()).unwrap_or_default();
                if matches!(
                    status,
                    v1::StudyStatus::Completed | v1::StudyStatus::Stopped | v1::StudyStatus::Failed
                ) {
                    studies.remove(&study);
                    continue;
                }
            }
            Err(status) => {
                let refusal = from_status(&status);
                // Deleted is ended too; but one that was never there may still be created.
                if refusal.code == Code::NotFound && seen.contains(&study) {
                    studies.remove(&study);
                    continue;
                }
                debug!(%refusal, %study, "cannot see whether the study has ended");
            }
        }
        sleep(STUDIES_POLL).await;
    }
}
