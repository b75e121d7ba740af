//! `TrialService`.

use std::pin::Pin;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::study::{
    AddTrial, CancelTrial, Command, CompleteTrial, EnqueueTrial, FailTrial, PruneTrial, ReleaseTrial, Reply,
    ReportTrial, StudyRef, TrialNumber,
};
use tunewright_proto::convert::{ForStudy, StudyLease, study_from_wire};
use tunewright_proto::v1;
use tunewright_proto::v1::trial_service_server::TrialService;

use super::admit::taken;
use super::answer::{Ended, answer, ended, unexpected};
use super::ask;
use super::read::{self, TrialStream};
use crate::auth::Caller;
use crate::entry;
use crate::studies::Registry;

/// The most leases one heartbeat may renew.
const HEARTBEAT_MAX: usize = 10_000;

/// `TrialService` over the registry.
pub(crate) struct TrialApi {
    pub(super) registry: Registry,
    pub(super) shutdown: CancellationToken,
}

impl TrialApi {
    async fn ask(
        &self,
        caller: &Caller,
        request: v1::AskTrialsRequest,
    ) -> Result<v1::AskTrialsResponse, Refusal> {
        let study = study_from_wire(request.study.clone())?;
        let handle = entry::study(&self.registry, caller, Need::Run, &study)?;
        let asked = handle.ask(ask::decode(request)?).await?;
        ask::encode(&handle, asked, self.registry.durability())
    }

    /// Ends an attempt, and leases the next trial if the caller asks for one.
    async fn tell(
        &self,
        caller: &Caller,
        study: &StudyRef,
        command: Command,
        next: Option<v1::AskTrialsRequest>,
    ) -> Result<(Ended, Option<v1::AskTrialsResponse>), Refusal> {
        let handle = entry::study(&self.registry, caller, Need::Run, study)?;
        let Some(next) = next else { return Ok((ended(&handle.command(command).await?)?, None)) };
        if next.study.is_some() && study_from_wire(next.study.clone())? != *study {
            return Err(Refusal::invalid("next.study", "must be the study of `lease`"));
        }
        let next = ask::decode(next).map_err(|refusal| refusal.within("next"))?;
        let (told, asked) = handle.tell_and_ask(command, next).await?;
        let asked = asked.and_then(|asked| ask::encode(&handle, asked, self.registry.durability()));
        // The end is stored: a refused ask must not look like a refused end. Asked again, it says why.
        Ok((ended(&told)?, asked.ok()))
    }

    async fn heartbeat(
        &self,
        caller: &Caller,
        request: v1::HeartbeatTrialsRequest,
    ) -> Result<v1::HeartbeatTrialsResponse, Refusal> {
        if request.leases.len() > HEARTBEAT_MAX {
            let message = format!("must be at most {HEARTBEAT_MAX}, not {}", request.leases.len());
            return Err(Refusal::invalid("leases", message));
        }
        let leases = request.leases.into_iter().map(StudyLease::try_from).collect::<Result<Vec<_>, _>>()?;
        let lost = renew(&self.registry, caller, leases).await?;
        Ok(v1::HeartbeatTrialsResponse { lost })
    }

    async fn command(
        &self,
        (caller, need): (&Caller, Need),
        study: &StudyRef,
        command: Command,
    ) -> Result<Reply, Refusal> {
        entry::study(&self.registry, caller, need, study)?.command(command).await
    }
}

/// Renews leases, all at once; answers with those that are lost.
///
/// # Errors
/// `forbidden` if the caller may not run one of the studies. If the store or a study is away: nothing is known of the
/// leases then, and nobody may be told that one is lost.
pub(super) async fn renew(
    registry: &Registry,
    caller: &Caller,
    leases: Vec<StudyLease>,
) -> Result<Vec<v1::LostLease>, Refusal> {
    leases.iter().try_for_each(|lease| caller.authorize(Need::Run, &lease.study.project))?;
    let renewals = leases.into_iter().map(|lease| async move {
        let renewed = match registry.get(&lease.study) {
            Ok(handle) => handle.command(Command::Heartbeat(lease.token())).await,
            Err(refusal) => Err(refusal),
        };
        match renewed {
            Ok(_) => Ok(None),
            Err(refusal) if refusal.code.is_retryable() => Err(refusal),
            Err(refusal) => Ok(Some(v1::LostLease {
                lease: Some((&lease).into()),
                code: refusal.code.as_str().to_owned(),
                message: refusal.message,
            })),
        }
    });
    let answers: Vec<_> = futures::stream::iter(renewals).buffer_unordered(256).collect().await;
    Ok(answers.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

#[tonic::async_trait]
impl TrialService for TrialApi {
    async fn ask_trials(
        &self,
        request: Request<v1::AskTrialsRequest>,
    ) -> Result<Response<v1::AskTrialsResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.ask(&caller, request).await)
    }

    async fn heartbeat_trials(
        &self,
        request: Request<v1::HeartbeatTrialsRequest>,
    ) -> Result<Response<v1::HeartbeatTrialsResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.heartbeat(&caller, request).await)
    }

    async fn report_trial(
        &self,
        request: Request<v1::ReportTrialRequest>,
    ) -> Result<Response<v1::ReportTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        let reported = async {
            let ForStudy { study, command } = ForStudy::<ReportTrial>::try_from(request)?;
            match self.command((&caller, Need::Run), &study, Command::Report(command)).await? {
                Reply::Reported { stop, .. } => Ok(v1::ReportTrialResponse { stop }),
                other => Err(unexpected(&other)),
            }
        };
        answer(reported.await)
    }

    async fn complete_trial(
        &self,
        request: Request<v1::CompleteTrialRequest>,
    ) -> Result<Response<v1::CompleteTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        let completed = async {
            let mut request = request;
            let next = request.next.take();
            let ForStudy { study, command } = ForStudy::<CompleteTrial>::try_from(request)?;
            let (Ended { duplicate, late, .. }, next) =
                self.tell(&caller, &study, Command::Complete(command), next).await?;
            let durability = self.registry.durability().as_str().to_owned();
            Ok(v1::CompleteTrialResponse { duplicate, late, durability, next })
        };
        answer(completed.await)
    }

    async fn prune_trial(
        &self,
        request: Request<v1::PruneTrialRequest>,
    ) -> Result<Response<v1::PruneTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        let pruned = async {
            let mut request = request;
            let next = request.next.take();
            let ForStudy { study, command } = ForStudy::<PruneTrial>::try_from(request)?;
            let (Ended { duplicate, late, .. }, next) =
                self.tell(&caller, &study, Command::Prune(command), next).await?;
            Ok(v1::PruneTrialResponse { duplicate, late, next })
        };
        answer(pruned.await)
    }

    async fn fail_trial(
        &self,
        request: Request<v1::FailTrialRequest>,
    ) -> Result<Response<v1::FailTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        let failed = async {
            let mut request = request;
            let next = request.next.take();
            let ForStudy { study, command } = ForStudy::<FailTrial>::try_from(request)?;
            let (Ended { duplicate, requeued, .. }, next) =
                self.tell(&caller, &study, Command::Fail(command), next).await?;
            Ok(v1::FailTrialResponse { requeued, duplicate, next })
        };
        answer(failed.await)
    }

    async fn release_trial(
        &self,
        request: Request<v1::ReleaseTrialRequest>,
    ) -> Result<Response<v1::ReleaseTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        let released = async {
            let ForStudy { study, command } = ForStudy::<ReleaseTrial>::try_from(request)?;
            self.command((&caller, Need::Run), &study, Command::Release(command)).await?;
            Ok(v1::ReleaseTrialResponse {})
        };
        answer(released.await)
    }

    async fn enqueue_trial(
        &self,
        request: Request<v1::EnqueueTrialRequest>,
    ) -> Result<Response<v1::EnqueueTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        let enqueued = async {
            let ForStudy { study, command } = ForStudy::<EnqueueTrial>::try_from(request)?;
            match self.command((&caller, Need::Control), &study, Command::Enqueue(command)).await? {
                Reply::Enqueued(number) => Ok(v1::EnqueueTrialResponse { number: number.0 }),
                other => Err(unexpected(&other)),
            }
        };
        answer(enqueued.await)
    }

    async fn add_trial(
        &self,
        request: Request<v1::AddTrialRequest>,
    ) -> Result<Response<v1::AddTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        let added = async {
            let ForStudy { study, command } = ForStudy::<AddTrial>::try_from(request)?;
            match self.command((&caller, Need::Control), &study, Command::Add(command)).await? {
                Reply::Added(number) => Ok(v1::AddTrialResponse { number: number.0 }),
                other => Err(unexpected(&other)),
            }
        };
        answer(added.await)
    }

    async fn cancel_trial(
        &self,
        request: Request<v1::CancelTrialRequest>,
    ) -> Result<Response<v1::CancelTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        let cancelled = async {
            let ForStudy { study, command } = ForStudy::<CancelTrial>::try_from(request)?;
            let of = format!("{study}/{}", command.trial);
            self.command((&caller, Need::Control), &study, Command::Cancel(command)).await?;
            caller.did("trial_cancelled", &of);
            Ok(v1::CancelTrialResponse {})
        };
        answer(cancelled.await)
    }

    async fn retry_trial(
        &self,
        request: Request<v1::RetryTrialRequest>,
    ) -> Result<Response<v1::RetryTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        let retried = async {
            let study = study_from_wire(request.study)?;
            let request_id = ask::request_id(request.request_id)?;
            let retry = Command::Retry { trial: TrialNumber(request.number), request_id };
            match self.command((&caller, Need::Control), &study, retry).await? {
                Reply::Enqueued(number) => Ok(v1::RetryTrialResponse { number: number.0 }),
                other => Err(unexpected(&other)),
            }
        };
        answer(retried.await)
    }

    async fn get_trial(
        &self,
        request: Request<v1::GetTrialRequest>,
    ) -> Result<Response<v1::GetTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(read::get_trial(&self.registry, &caller, request).await)
    }

    async fn list_trials(
        &self,
        request: Request<v1::ListTrialsRequest>,
    ) -> Result<Response<v1::ListTrialsResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(read::list_trials(&self.registry, &caller, request).await)
    }

    type StreamTrialsStream = Pin<Box<TrialStream>>;

    async fn stream_trials(
        &self,
        request: Request<v1::StreamTrialsRequest>,
    ) -> Result<Response<Self::StreamTrialsStream>, Status> {
        let (caller, request) = taken(request)?;
        answer(read::stream_trials(&self.registry, &caller, request, self.shutdown.clone()))
    }

    async fn get_best_trial(
        &self,
        request: Request<v1::GetBestTrialRequest>,
    ) -> Result<Response<v1::GetBestTrialResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(read::best_trial(&self.registry, &caller, request).await)
    }
}
