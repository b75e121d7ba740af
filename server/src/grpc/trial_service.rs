//! `TrialService`.

use std::pin::Pin;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tunewright_core::Refusal;
use tunewright_core::study::{
    AddTrial, CancelTrial, Command, CompleteTrial, EnqueueTrial, FailTrial, Lessee, PruneTrial, ReleaseTrial,
    Reply, ReportTrial, StudyRef, TrialNumber, Waiting,
};
use tunewright_proto::convert::{ForStudy, StudyLease, study_from_wire};
use tunewright_proto::v1;
use tunewright_proto::v1::trial_service_server::TrialService;

use super::answer::{answer, assignment, ended, unexpected};
use super::read::{self, TrialStream};
use crate::studies::{Ask, Registry};

/// The most trials one ask may lease.
const ASK_MAX: u32 = 1_000;
/// The longest client or request id, in bytes.
const ID_LEN_MAX: usize = 256;
/// The most leases one heartbeat may renew.
const HEARTBEAT_MAX: usize = 10_000;

/// `TrialService` over the registry.
pub(crate) struct TrialApi {
    pub(super) registry: Registry,
    pub(super) shutdown: CancellationToken,
}

impl TrialApi {
    async fn ask(&self, request: v1::AskTrialsRequest) -> Result<v1::AskTrialsResponse, Refusal> {
        let handle = self.registry.get(&study_from_wire(request.study)?)?;
        let ask = Ask {
            lessee: Lessee::Client(client_id(request.client_id)?),
            request_id: request_id(request.request_id)?,
            count: match request.count {
                0 => 1,
                count if count <= ASK_MAX => count,
                count => {
                    return Err(Refusal::invalid("count", format!("must be at most {ASK_MAX}, not {count}")));
                }
            },
            reclaim: request.reclaim,
        };
        let asked = handle.ask(ask).await?;
        if asked.trials.is_empty()
            && let Some((why, _)) = asked.waiting
        {
            let message =
                format!("study `{}` has nothing to lease at the moment: {}", handle.key().name, why.as_str());
            return Err(Refusal::exhausted(message, retry_after_ms(why)));
        }
        let (objective, durability) = (asked.objective, self.registry.durability());
        let encode = |trial| assignment(handle.key(), handle.spec(), trial, objective.clone(), durability);
        Ok(v1::AskTrialsResponse {
            assignments: asked.trials.into_iter().map(encode).collect::<Result<_, _>>()?,
            study_ended: asked.ended.map_or("", |cause| cause.as_str()).to_owned(),
        })
    }

    async fn heartbeat(
        &self,
        request: v1::HeartbeatTrialsRequest,
    ) -> Result<v1::HeartbeatTrialsResponse, Refusal> {
        if request.leases.len() > HEARTBEAT_MAX {
            let message = format!("must be at most {HEARTBEAT_MAX}, not {}", request.leases.len());
            return Err(Refusal::invalid("leases", message));
        }
        let leases = request.leases.into_iter().map(StudyLease::try_from).collect::<Result<Vec<_>, _>>()?;
        let lost = renew(&self.registry, leases).await?;
        Ok(v1::HeartbeatTrialsResponse { lost })
    }

    async fn command(&self, study: &StudyRef, command: Command) -> Result<Reply, Refusal> {
        self.registry.get(study)?.command(command).await
    }
}

/// When an ask that got nothing is worth sending again. Who enqueues trials one by one does so as soon as one has ended.
const fn retry_after_ms(why: Waiting) -> u64 {
    match why {
        Waiting::NothingQueued => 100,
        _ => 500,
    }
}

/// Renews leases, all at once; answers with those that are lost.
///
/// # Errors
/// If the store or a study is away: nothing is known of the leases then, and nobody may be told that one is lost.
pub(super) async fn renew(
    registry: &Registry,
    leases: Vec<StudyLease>,
) -> Result<Vec<v1::LostLease>, Refusal> {
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

fn client_id(id: String) -> Result<String, Refusal> {
    match id.len() {
        0 => Err(Refusal::invalid("client_id", "must not be empty")),
        1..=ID_LEN_MAX => Ok(id),
        len => Err(Refusal::invalid("client_id", format!("must be at most {ID_LEN_MAX} bytes, not {len}"))),
    }
}

fn request_id(id: String) -> Result<Option<String>, Refusal> {
    match id.len() {
        0 => Ok(None),
        1..=ID_LEN_MAX => Ok(Some(id)),
        len => Err(Refusal::invalid("request_id", format!("must be at most {ID_LEN_MAX} bytes, not {len}"))),
    }
}

#[tonic::async_trait]
impl TrialService for TrialApi {
    async fn ask_trials(
        &self,
        request: Request<v1::AskTrialsRequest>,
    ) -> Result<Response<v1::AskTrialsResponse>, Status> {
        answer(self.ask(request.into_inner()).await)
    }

    async fn heartbeat_trials(
        &self,
        request: Request<v1::HeartbeatTrialsRequest>,
    ) -> Result<Response<v1::HeartbeatTrialsResponse>, Status> {
        answer(self.heartbeat(request.into_inner()).await)
    }

    async fn report_trial(
        &self,
        request: Request<v1::ReportTrialRequest>,
    ) -> Result<Response<v1::ReportTrialResponse>, Status> {
        let reported = async {
            let ForStudy { study, command } = ForStudy::<ReportTrial>::try_from(request.into_inner())?;
            match self.command(&study, Command::Report(command)).await? {
                Reply::Reported { stop } => Ok(v1::ReportTrialResponse { stop }),
                other => Err(unexpected(&other)),
            }
        };
        answer(reported.await)
    }

    async fn complete_trial(
        &self,
        request: Request<v1::CompleteTrialRequest>,
    ) -> Result<Response<v1::CompleteTrialResponse>, Status> {
        let completed = async {
            let ForStudy { study, command } = ForStudy::<CompleteTrial>::try_from(request.into_inner())?;
            let (duplicate, late, _) = ended(&self.command(&study, Command::Complete(command)).await?)?;
            let durability = self.registry.durability().as_str().to_owned();
            Ok(v1::CompleteTrialResponse { duplicate, late, durability })
        };
        answer(completed.await)
    }

    async fn prune_trial(
        &self,
        request: Request<v1::PruneTrialRequest>,
    ) -> Result<Response<v1::PruneTrialResponse>, Status> {
        let pruned = async {
            let ForStudy { study, command } = ForStudy::<PruneTrial>::try_from(request.into_inner())?;
            let (duplicate, late, _) = ended(&self.command(&study, Command::Prune(command)).await?)?;
            Ok(v1::PruneTrialResponse { duplicate, late })
        };
        answer(pruned.await)
    }

    async fn fail_trial(
        &self,
        request: Request<v1::FailTrialRequest>,
    ) -> Result<Response<v1::FailTrialResponse>, Status> {
        let failed = async {
            let ForStudy { study, command } = ForStudy::<FailTrial>::try_from(request.into_inner())?;
            let (duplicate, _, requeued) = ended(&self.command(&study, Command::Fail(command)).await?)?;
            Ok(v1::FailTrialResponse { requeued, duplicate })
        };
        answer(failed.await)
    }

    async fn release_trial(
        &self,
        request: Request<v1::ReleaseTrialRequest>,
    ) -> Result<Response<v1::ReleaseTrialResponse>, Status> {
        let released = async {
            let ForStudy { study, command } = ForStudy::<ReleaseTrial>::try_from(request.into_inner())?;
            self.command(&study, Command::Release(command)).await?;
            Ok(v1::ReleaseTrialResponse {})
        };
        answer(released.await)
    }

    async fn enqueue_trial(
        &self,
        request: Request<v1::EnqueueTrialRequest>,
    ) -> Result<Response<v1::EnqueueTrialResponse>, Status> {
        let enqueued = async {
            let ForStudy { study, command } = ForStudy::<EnqueueTrial>::try_from(request.into_inner())?;
            match self.command(&study, Command::Enqueue(command)).await? {
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
        let added = async {
            let ForStudy { study, command } = ForStudy::<AddTrial>::try_from(request.into_inner())?;
            match self.command(&study, Command::Add(command)).await? {
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
        let cancelled = async {
            let ForStudy { study, command } = ForStudy::<CancelTrial>::try_from(request.into_inner())?;
            self.command(&study, Command::Cancel(command)).await?;
            Ok(v1::CancelTrialResponse {})
        };
        answer(cancelled.await)
    }

    async fn retry_trial(
        &self,
        request: Request<v1::RetryTrialRequest>,
    ) -> Result<Response<v1::RetryTrialResponse>, Status> {
        let retried = async {
            let request = request.into_inner();
            let study = study_from_wire(request.study)?;
            let request_id = request_id(request.request_id)?;
            let retry = Command::Retry { trial: TrialNumber(request.number), request_id };
            match self.command(&study, retry).await? {
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
        answer(read::get_trial(&self.registry, request.into_inner()).await)
    }

    async fn list_trials(
        &self,
        request: Request<v1::ListTrialsRequest>,
    ) -> Result<Response<v1::ListTrialsResponse>, Status> {
        answer(read::list_trials(&self.registry, request.into_inner()).await)
    }

    type StreamTrialsStream = Pin<Box<TrialStream>>;

    async fn stream_trials(
        &self,
        request: Request<v1::StreamTrialsRequest>,
    ) -> Result<Response<Self::StreamTrialsStream>, Status> {
        answer(read::stream_trials(&self.registry, request.into_inner(), self.shutdown.clone()))
    }

    async fn get_best_trial(
        &self,
        request: Request<v1::GetBestTrialRequest>,
    ) -> Result<Response<v1::GetBestTrialResponse>, Status> {
        answer(read::best_trial(&self.registry, request.into_inner()).await)
    }
}
