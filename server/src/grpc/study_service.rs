//! `StudyService`.

use std::pin::Pin;

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::name::ProjectName;
use tunewright_core::study::{Command, StopStudy, StudySpec, UpdateStudy};
use tunewright_proto::convert::{ForStudy, objective_from_wire, required, study_from_wire};
use tunewright_proto::v1;
use tunewright_proto::v1::study_service_server::StudyService;

use super::admit::taken;
use super::answer::{answer, study};
use super::list::page_size;
use super::quotas::Quotas;
use super::watch::{WatchStream, watch};
use crate::auth::Caller;
use crate::entry;
use crate::studies::Registry;

/// `StudyService` over the registry.
pub(crate) struct StudyApi {
    pub(super) registry: Registry,
    pub(super) shutdown: CancellationToken,
    pub(super) quotas: Quotas,
}

impl StudyApi {
    async fn create(
        &self,
        caller: &Caller,
        request: v1::CreateStudyRequest,
    ) -> Result<v1::CreateStudyResponse, Refusal> {
        let key = study_from_wire(request.study)?;
        caller.authorize(Need::Create, &key.project)?;
        let spec = required(request.spec, "spec")?;
        let spec = StudySpec::try_from(spec).map_err(|refusal| refusal.within("spec"))?;
        let objective = objective_from_wire(request.objective)?;
        let (view, created) =
            self.registry.create(key.clone(), spec, objective, self.quotas.studies_per_project).await?;
        if created {
            caller.did("study_created", &key);
        }
        Ok(v1::CreateStudyResponse { study: Some(study(&view, self.registry.durability())?), created })
    }

    /// A worker may see it too: it has to know the space, and when its studies have ended.
    async fn view(&self, caller: &Caller, named: Option<v1::StudyRef>) -> Result<v1::Study, Refusal> {
        let handle = entry::study(&self.registry, caller, Need::Fetch, &study_from_wire(named)?)?;
        study(&handle.view().await?, self.registry.durability())
    }

    /// Carries a command out and answers with the study as it is then.
    async fn command(
        &self,
        caller: &Caller,
        named: Option<v1::StudyRef>,
        command: Command,
    ) -> Result<v1::Study, Refusal> {
        let handle = entry::study(&self.registry, caller, Need::Control, &study_from_wire(named)?)?;
        let event = audited(&command);
        handle.command(command).await?;
        if let Some(event) = event {
            caller.did(event, handle.key());
        }
        study(&handle.view().await?, self.registry.durability())
    }

    /// Of all projects: those that the caller may read.
    async fn list(
        &self,
        caller: &Caller,
        request: v1::ListStudiesRequest,
    ) -> Result<v1::ListStudiesResponse, Refusal> {
        let project = (!request.project.is_empty()).then(|| ProjectName::new(request.project)).transpose()?;
        match &project {
            Some(project) => caller.authorize(Need::Read, project)?,
            None => caller.may_somewhere(Need::Read)?,
        }
        let size = page_size(request.page_size)?;
        // A token is the full name of the last study of the page before: stable while studies come and go.
        let mut handles = self.registry.list(project.as_ref());
        handles.retain(|handle| caller.may(Need::Read, &handle.key().project));
        let mut rest = handles.into_iter().filter(|handle| handle.key().to_string() > request.page_token);
        let mut studies = Vec::new();
        let mut last = String::new();
        for handle in rest.by_ref().take(size) {
            last = handle.key().to_string();
            match handle.view().await {
                Ok(view) => studies.push(study(&view, self.registry.durability())?),
                Err(refusal) if refusal.code == tunewright_core::Code::NotFound => {}
                Err(refusal) => return Err(refusal),
            }
        }
        let next_page_token = if rest.next().is_some() { last } else { String::new() };
        Ok(v1::ListStudiesResponse { studies, next_page_token })
    }
}

/// What the audit log calls it.
const fn audited(command: &Command) -> Option<&'static str> {
    match command {
        Command::Update(_) => Some("study_updated"),
        Command::Pause => Some("study_paused"),
        Command::Resume => Some("study_resumed"),
        Command::Stop(_) => Some("study_stopped"),
        _ => None,
    }
}

#[tonic::async_trait]
impl StudyService for StudyApi {
    async fn create_study(
        &self,
        request: Request<v1::CreateStudyRequest>,
    ) -> Result<Response<v1::CreateStudyResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.create(&caller, request).await)
    }

    async fn get_study(
        &self,
        request: Request<v1::GetStudyRequest>,
    ) -> Result<Response<v1::GetStudyResponse>, Status> {
        let (caller, request) = taken(request)?;
        let study = self.view(&caller, request.study).await;
        answer(study.map(|study| v1::GetStudyResponse { study: Some(study) }))
    }

    async fn list_studies(
        &self,
        request: Request<v1::ListStudiesRequest>,
    ) -> Result<Response<v1::ListStudiesResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.list(&caller, request).await)
    }

    async fn update_study(
        &self,
        request: Request<v1::UpdateStudyRequest>,
    ) -> Result<Response<v1::UpdateStudyResponse>, Status> {
        let (caller, request) = taken(request)?;
        let named = request.study.clone();
        let updated = match ForStudy::<UpdateStudy>::try_from(request) {
            Ok(update) => self.command(&caller, named, Command::Update(update.command)).await,
            Err(refusal) => Err(refusal),
        };
        answer(updated.map(|study| v1::UpdateStudyResponse { study: Some(study) }))
    }

    async fn pause_study(
        &self,
        request: Request<v1::PauseStudyRequest>,
    ) -> Result<Response<v1::PauseStudyResponse>, Status> {
        let (caller, request) = taken(request)?;
        let study = self.command(&caller, request.study, Command::Pause).await;
        answer(study.map(|study| v1::PauseStudyResponse { study: Some(study) }))
    }

    async fn resume_study(
        &self,
        request: Request<v1::ResumeStudyRequest>,
    ) -> Result<Response<v1::ResumeStudyResponse>, Status> {
        let (caller, request) = taken(request)?;
        let study = self.command(&caller, request.study, Command::Resume).await;
        answer(study.map(|study| v1::ResumeStudyResponse { study: Some(study) }))
    }

    async fn stop_study(
        &self,
        request: Request<v1::StopStudyRequest>,
    ) -> Result<Response<v1::StopStudyResponse>, Status> {
        let (caller, request) = taken(request)?;
        let stop = StopStudy { cancel_running: request.cancel_running };
        let study = self.command(&caller, request.study, Command::Stop(stop)).await;
        answer(study.map(|study| v1::StopStudyResponse { study: Some(study) }))
    }

    async fn delete_study(
        &self,
        request: Request<v1::DeleteStudyRequest>,
    ) -> Result<Response<v1::DeleteStudyResponse>, Status> {
        let (caller, request) = taken(request)?;
        let deleted = async {
            let key = study_from_wire(request.study)?;
            caller.authorize(Need::Control, &key.project)?;
            self.registry.delete(&key).await.inspect(|()| caller.did("study_deleted", &key))
        };
        answer(deleted.await.map(|()| v1::DeleteStudyResponse {}))
    }

    type WatchStudyStream = Pin<Box<WatchStream>>;

    async fn watch_study(
        &self,
        request: Request<v1::WatchStudyRequest>,
    ) -> Result<Response<Self::WatchStudyStream>, Status> {
        let (caller, request) = taken(request)?;
        let handle = study_from_wire(request.study)
            .and_then(|key| entry::study(&self.registry, &caller, Need::Read, &key));
        answer(match handle {
            Ok(handle) => watch(handle, caller, self.registry.durability(), self.shutdown.clone()).await,
            Err(refusal) => Err(refusal),
        })
    }
}
