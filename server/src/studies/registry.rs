//! All studies of this server, by name.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::info;
use tunewright_core::name::{ProjectName, StudyId};
use tunewright_core::study::{Header, Objective, Status, StudyRef, StudySpec, Version};
use tunewright_core::{Code, Refusal, Timestamp};

use super::events::Events;
use super::handle::{Handle, MAILBOX_LEN};
use super::request::StudyView;
use super::signal::Signal;
use super::state::State;
use super::task::Task;
use crate::clock::Clock;
use crate::failpoint::Failpoint;
use crate::metrics::Metrics;
use crate::storage::{Durability, Storage, StorageError};

/// All studies of this server, by name. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    storage: Arc<dyn Storage>,
    clock: Clock,
    metrics: Arc<Metrics>,
    signals: mpsc::Sender<Signal>,
    shutdown: CancellationToken,
    tasks: TaskTracker,
    studies: Mutex<BTreeMap<StudyRef, Handle>>,
    /// Creations and deletions go one by one, so that a name is looked up and claimed as one step.
    naming: tokio::sync::Mutex<()>,
}

impl Registry {
    /// A registry of all studies in the store. Those that may still lease are loaded at once, the others when asked
    /// for.
    pub(crate) async fn open(
        storage: Arc<dyn Storage>,
        clock: Clock,
        metrics: Arc<Metrics>,
        signals: mpsc::Sender<Signal>,
        shutdown: CancellationToken,
    ) -> Result<Self, StorageError> {
        let headers = storage.headers().await?;
        let inner = Inner {
            storage,
            clock,
            metrics,
            signals,
            shutdown,
            tasks: TaskTracker::new(),
            studies: Mutex::default(),
            naming: tokio::sync::Mutex::default(),
        };
        let registry = Self { inner: Arc::new(inner) };
        info!(studies = headers.len(), "opening");
        for header in headers {
            registry.start(&header);
        }
        Ok(registry)
    }

    pub(crate) fn durability(&self) -> Durability {
        self.inner.storage.durability()
    }

    /// The server's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(crate) fn storage(&self) -> &dyn Storage {
        &*self.inner.storage
    }

    /// The study of this name.
    ///
    /// # Errors
    /// `not_found`.
    pub(crate) fn get(&self, key: &StudyRef) -> Result<Handle, Refusal> {
        self.lock().get(key).cloned().ok_or_else(|| {
            Refusal::not_found(format!("there is no study `{}` in project `{}`", key.name, key.project))
                .with_hint("`tunewright study list` shows all studies")
        })
    }

    /// All studies, or those of one project, in the order of their names.
    pub(crate) fn list(&self, project: Option<&ProjectName>) -> Vec<Handle> {
        let wanted = |handle: &&Handle| project.is_none_or(|project| handle.key.project == *project);
        self.lock().values().filter(wanted).cloned().collect()
    }

    /// Creates a study, or opens the one that has the name already if its spec is equal. The flag: it is new.
    /// A study that exists keeps its objective. A project has at most so many.
    pub(crate) async fn create(
        &self,
        key: StudyRef,
        spec: StudySpec,
        objective: Option<Objective>,
        most: usize,
    ) -> Result<(StudyView, bool), Refusal> {
        spec.validate()?;
        objective.as_ref().map_or(Ok(()), Objective::validate)?;
        let _naming = self.inner.naming.lock().await;
        let known = self.lock().get(&key).cloned();
        if let Some(handle) = known {
            return same_spec(handle.view().await?, &spec).map(|view| (view, false));
        }
        if self.lock().keys().filter(|other| other.project == key.project).count() >= most {
            let message = format!("project `{}` has {most} studies, which is as many as it may", key.project);
            return Err(Refusal::new(Code::Exhausted, message).with_hint("delete those that are of no use"));
        }
        let header = self.new_header(key, spec, objective);
        Failpoint::BeforeCommit.pass();
        let claimed = self.inner.storage.create(&header).await;
        Failpoint::BeforeReply.pass();
        match claimed.map_err(|error| store_refusal(&error))? {
            None => Ok((self.start(&header).view().await?, true)),
            Some(holder) => self.adopt(&holder, &header.spec).await,
        }
    }

    /// Opens a study that is in the store and not here: it was created, and it was unknown whether it was.
    async fn adopt(&self, id: &StudyId, spec: &StudySpec) -> Result<(StudyView, bool), Refusal> {
        let found = self.inner.storage.load(id).await.map_err(|error| store_refusal(&error))?;
        let Some(found) = found else {
            return Err(Refusal::unavailable("the study was deleted just now", 500));
        };
        let view = self.start(&found.header).view().await?;
        same_spec(view, spec).map(|view| (view, false))
    }

    /// Removes a study with all its trials, running ones too.
    pub(crate) async fn delete(&self, key: &StudyRef) -> Result<(), Refusal> {
        let _naming = self.inner.naming.lock().await;
        let handle = self.get(key)?;
        // The store first: if it is away, the study goes on as if nothing had been asked.
        self.inner.storage.delete(&handle.id).await.map_err(|error| store_refusal(&error))?;
        handle.closed.cancel();
        self.lock().remove(key);
        info!(study = %key, "deleted");
        Ok(())
    }

    /// Ends all tasks; what they have acknowledged is stored.
    pub(crate) async fn close(&self) {
        self.inner.shutdown.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    fn new_header(&self, key: StudyRef, spec: StudySpec, objective: Option<Objective>) -> Header {
        let id = StudyId::new(uuid::Uuid::now_v7().simple().to_string());
        Header {
            id: id.expect("32 hexadecimal digits are a legal name"),
            project: key.project,
            name: key.name,
            spec,
            objective,
            status: Status::Active,
            closing: None,
            created_at: self.inner.clock.now(),
            started_at: None,
            ended_at: None,
            rev: Version::default(),
        }
    }

    fn start(&self, header: &Header) -> Handle {
        let key = StudyRef { project: header.project.clone(), name: header.name.clone() };
        let (sender, mailbox) = mpsc::channel(MAILBOX_LEN);
        let closed = self.inner.shutdown.child_token();
        let handle = Handle {
            key,
            id: header.id.clone(),
            spec: Arc::new(header.spec.clone()),
            may_lease: Arc::new(AtomicBool::new(!header.status.is_terminal() && header.closing.is_none())),
            objective: Arc::new(Mutex::new(header.objective.clone().map(Arc::new))),
            at_rest: Arc::default(),
            mailbox: sender,
            events: Events::default(),
            closed,
        };
        let task = Task {
            key: handle.key.clone(),
            id: handle.id.clone(),
            storage: Arc::clone(&self.inner.storage),
            clock: self.inner.clock,
            metrics: Arc::clone(&self.inner.metrics),
            mailbox,
            events: handle.events.clone(),
            may_lease: Arc::clone(&handle.may_lease),
            objective: Arc::clone(&handle.objective),
            at_rest: Arc::clone(&handle.at_rest),
            signals: self.inner.signals.clone(),
            closed: handle.closed.clone(),
            asked_at: Instant::now(),
            state: if header.status.is_terminal() { State::Asleep } else { State::wanted() },
        };
        self.inner.tasks.spawn(task.run());
        self.lock().insert(handle.key.clone(), handle.clone());
        handle
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<StudyRef, Handle>> {
        // The map is whole after every step, also of a thread that panicked.
        self.inner.studies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn same_spec(view: StudyView, spec: &StudySpec) -> Result<StudyView, Refusal> {
    let Some(difference) = view.header.spec.describe_difference(spec) else { return Ok(view) };
    let message = format!("study `{}` exists with another spec: {difference}", view.header.name);
    Err(Refusal::new(Code::AlreadyExists, message).with_hint(
        "choose another name, delete the study, or change its budget with `tunewright study update`",
    ))
}

pub(crate) fn store_refusal(error: &StorageError) -> Refusal {
    super::task::refusal_of(error)
}
