//! The connection to a server.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tonic::{Request, Response, Status};
use tunewright_core::Refusal;
use tunewright_core::name::{ProjectName, StudyName, WorkerId};
use tunewright_core::study::{StudyRef, StudySpec};
use tunewright_link::{Line, Spool, addresses};
use tunewright_proto::convert::{StudyInfo, WorkerInfo};
use tunewright_proto::v1;
use uuid::Uuid;

use crate::call::{Patience, call, studies, study_of, workers};
use crate::heartbeat::Heart;
use crate::transport::Transport;
use crate::{ConnectOptions, Error, Study};

const PAGE: u32 = 1_000;

/// A connection to a server; cheap to clone, and all clones share it.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    transport: Transport,
    options: ConnectOptions,
    client_id: String,
    heart: Heart,
    spool: Option<Spool>,
}

impl Client {
    /// Connects to the server at this address: `host:7070`, `http://host:7070`, `grpc://host:7070`, or with TLS
    /// `https://host:7070`; or to the first that answers of several, with commas between them.
    ///
    /// # Errors
    /// `unavailable` if none is reached within 30 s, `invalid` if the address is none.
    pub async fn connect(address: impl Into<String>) -> Result<Self, Error> {
        Self::connect_with(ConnectOptions::to(address)).await
    }

    /// Connects with these options, and sends what waits in their `spool_dir`.
    ///
    /// # Errors
    /// `unavailable` if no server is reached within the deadline, `invalid` if an option is wrong.
    pub async fn connect_with(options: ConnectOptions) -> Result<Self, Error> {
        let client_id = match &options.client_id {
            Some(id) => checked_id(id)?,
            None => format!("client-{}", Uuid::now_v7().simple()),
        };
        let spool = opened(&options)?;
        let transport = Transport::connect(&options).await?;
        let heart = Heart::new(options.clone());
        let client = Self { inner: Arc::new(Inner { transport, options, client_id, heart, spool }) };
        if let Err(error) = client.send_spooled().await {
            tracing::warn!(%error, "spooled results still wait");
        }
        Ok(client)
    }

    /// What this program is called by the server.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.inner.client_id
    }

    /// How it was connected.
    #[must_use]
    pub fn options(&self) -> &ConnectOptions {
        &self.inner.options
    }

    /// The line in use, for calls that this client does not offer: a channel that adds the token to each call. It belongs
    /// to the runtime that connected it.
    #[must_use]
    pub fn transport(&self) -> Line {
        self.inner.transport.current().1
    }

    pub(crate) fn line(&self) -> (usize, Line) {
        self.inner.transport.current()
    }

    pub(crate) fn spool(&self) -> Option<&Spool> {
        self.inner.spool.as_ref()
    }

    /// Creates a study, or opens it if it exists with an equal spec; tells whether it is new.
    ///
    /// # Errors
    /// `already_exists` if it exists with another spec (the message says what differs), `invalid` if the spec is wrong.
    pub async fn create_study(&self, study: &StudyRef, spec: &StudySpec) -> Result<(StudyInfo, bool), Error> {
        let spec = v1::StudySpec::try_from(spec).map_err(|refusal| refusal.within("spec"))?;
        let request = v1::CreateStudyRequest { study: Some(study.into()), spec: Some(spec), objective: None };
        let answer = self
            .call(&request, |channel, request| async move { studies(channel).create_study(request).await })
            .await?;
        Ok((study_of("CreateStudy", answer.study)?, answer.created))
    }

    /// A handle of the study of this name, whether it exists or not.
    #[must_use]
    pub fn study(&self, study: StudyRef) -> Study {
        Study::new(self.clone(), study)
    }

    /// All studies of a project, or of all projects.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn studies(&self, project: Option<&ProjectName>) -> Result<Vec<StudyInfo>, Error> {
        let project = project.map(ToString::to_string).unwrap_or_default();
        let mut request = v1::ListStudiesRequest { project, page_size: PAGE, page_token: String::new() };
        let mut all = Vec::new();
        loop {
            let page = self.call(&request, |channel, request| async move {
                studies(channel).list_studies(request).await
            });
            let page = page.await?;
            for study in page.studies {
                all.push(study_of("ListStudies", Some(study))?);
            }
            if page.next_page_token.is_empty() {
                return Ok(all);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// The workers that are attached to the server.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn workers(&self) -> Result<Vec<WorkerInfo>, Error> {
        let request = v1::ListWorkersRequest { pool: String::new() };
        let answer = self
            .call(&request, |channel, request| async move { workers(channel).list_workers(request).await })
            .await?;
        let all = answer.workers.into_iter().map(WorkerInfo::try_from).collect::<Result<_, _>>();
        all.map_err(|refusal| Error::Answer { call: "ListWorkers", refusal })
    }

    /// Asks a worker to take no new trials, and to end when its running ones are done or released.
    ///
    /// # Errors
    /// `not_found` if no such worker is attached.
    pub async fn drain_worker(&self, worker: &WorkerId) -> Result<(), Error> {
        let request = v1::DrainWorkerRequest { worker_id: worker.to_string() };
        self.call(&request, |channel, request| async move { workers(channel).drain_worker(request).await })
            .await?;
        Ok(())
    }

    pub(crate) fn heart(&self) -> &Heart {
        &self.inner.heart
    }

    /// A call with the usual patience.
    pub(crate) async fn call<Q, A, F, Answer>(&self, request: &Q, send: F) -> Result<A, Error>
    where
        Q: Clone,
        F: Fn(Line, Request<Q>) -> Answer,
        Answer: Future<Output = Result<Response<A>, Status>>,
    {
        self.patient_call(self.inner.options.deadline, true, request, send).await
    }

    /// A call with the usual patience, and so much more of it for what it carries.
    pub(crate) async fn longer_call<Q, A, F, Answer>(
        &self,
        longer: Duration,
        request: &Q,
        send: F,
    ) -> Result<A, Error>
    where
        Q: Clone,
        F: Fn(Line, Request<Q>) -> Answer,
        Answer: Future<Output = Result<Response<A>, Status>>,
    {
        let ConnectOptions { call_timeout, deadline, .. } = self.inner.options;
        let patience =
            Patience { attempt: call_timeout + longer, total: deadline + longer, outlast_exhaustion: true };
        call(&self.inner.transport, patience, request, send).await
    }

    /// A call that is tried for so long.
    pub(crate) async fn patient_call<Q, A, F, Answer>(
        &self,
        total: Duration,
        outlast_exhaustion: bool,
        request: &Q,
        send: F,
    ) -> Result<A, Error>
    where
        Q: Clone,
        F: Fn(Line, Request<Q>) -> Answer,
        Answer: Future<Output = Result<Response<A>, Status>>,
    {
        let patience = Patience { attempt: self.inner.options.call_timeout, total, outlast_exhaustion };
        call(&self.inner.transport, patience, request, send).await
    }

    /// The server of this turn has gone: use the next one, if there are several.
    pub(crate) fn move_on(&self, turn: usize) {
        self.inner.transport.move_on(turn);
    }
}

/// The directory of results that wait for the server, if there is to be one.
fn opened(options: &ConnectOptions) -> Result<Option<Spool>, Refusal> {
    let Some(dir) = &options.spool_dir else { return Ok(None) };
    Spool::open(dir, &addresses(&options.addresses)).map(Some).map_err(|error| {
        Refusal::invalid("spool_dir", format!("`{}` cannot be used: {error}", dir.display()))
    })
}

/// Client ids are made like names.
fn checked_id(id: &str) -> Result<String, Refusal> {
    let field = Some("client_id".to_owned());
    StudyName::new(id).map(String::from).map_err(|refusal| Refusal { field, ..refusal })
}
