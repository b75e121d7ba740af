//! A handle of one study.

use futures::StreamExt as _;
use tunewright_core::Code;
use tunewright_core::name::StudyName;
use tunewright_core::space::Point;
use tunewright_core::study::{AddTrial, Report, StudyRef, TrialNumber, TrialState, UpdateStudy};
use tunewright_proto::convert::{ForStudy, StudyInfo, TrialInfo};
use tunewright_proto::v1;
use uuid::Uuid;

use crate::ask::{Ask, ask};
use crate::backoff::Backoff;
use crate::call::{studies, study_of, trials, understood};
use crate::error::Failure;
use crate::{Asked, Client, Error, Watch};

/// A study on a server; cheap to clone. Whether it exists, the first call tells.
#[derive(Clone, Debug)]
pub struct Study {
    client: Client,
    study: StudyRef,
}

/// Which trials to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrialFilter {
    /// Only trials in one of these states; empty: all.
    pub states: Vec<TrialState>,
}

/// All there is to know about a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialDetail {
    pub trial: TrialInfo,
    /// The structured configuration of its point; null while it has none.
    pub config: serde_json::Value,
    /// Its intermediate values, in the order they came.
    pub reports: Vec<Report>,
    /// The kept tail of what its newest ended attempt printed.
    pub output: String,
}

/// The completed trial with the lowest loss.
#[derive(Clone, Debug, PartialEq)]
pub struct BestTrial {
    pub trial: TrialInfo,
    /// The structured configuration of its point.
    pub config: serde_json::Value,
}

impl Study {
    pub(crate) const fn new(client: Client, study: StudyRef) -> Self {
        Self { client, study }
    }

    /// The names it is called by.
    #[must_use]
    pub const fn study_ref(&self) -> &StudyRef {
        &self.study
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &StudyName {
        &self.study.name
    }

    /// The client that it is called through.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The study as it is now.
    ///
    /// # Errors
    /// `not_found` if there is none.
    pub async fn info(&self) -> Result<StudyInfo, Error> {
        let request = v1::GetStudyRequest { study: self.on_wire() };
        let answer = self
            .client
            .call(&request, |channel, request| async move { studies(channel).get_study(request).await });
        study_of("GetStudy", answer.await?.study)
    }

    /// Leases up to `count` trials (1 to 1,000) to this program. Waits while there is nothing to lease, up to the ask deadline.
    ///
    /// A call that is dropped halfway may leave trials leased, until their leases expire or [`reclaim`](Self::reclaim)
    /// brings them back.
    ///
    /// # Errors
    /// `exhausted` if nothing could be leased within the deadline, `not_found` if there is no such study.
    pub async fn ask(&self, count: u32) -> Result<Asked, Error> {
        self.ask_for(count, false).await
    }

    /// Like [`ask`](Self::ask), but this client's own running trials come first, so that a program with a
    /// [`client_id`](crate::ConnectOptions::client_id) of its own goes on where it was ended.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn reclaim(&self, count: u32) -> Result<Asked, Error> {
        self.ask_for(count, true).await
    }

    async fn ask_for(&self, count: u32, reclaim: bool) -> Result<Asked, Error> {
        let patience = self.client.options().ask_deadline;
        ask(&self.client, &self.study, Ask { count, reclaim, patience, wait: true }).await
    }

    /// Has a full or partial point tried, before any that is suggested; a suggester fills in what is left out.
    ///
    /// # Errors
    /// `invalid` if the point is not of the space, `closed` if the study has ended.
    pub async fn enqueue(&self, point: Point) -> Result<TrialNumber, Error> {
        let request = v1::EnqueueTrialRequest {
            study: self.on_wire(),
            point: Some(point.into()),
            request_id: Uuid::now_v7().simple().to_string(),
        };
        let answer = self
            .client
            .call(&request, |channel, request| async move { trials(channel).enqueue_trial(request).await });
        Ok(TrialNumber(answer.await?.number))
    }

    /// Adds a trial that was evaluated elsewhere, already ended: with its loss it counts as completed, without one as
    /// failed. It counts as any other toward budgets, and the search learns from it. With a `request_id` of its own in
    /// it a program may send it again after a restart, and it is added once; without one, a call sends its own.
    ///
    /// # Errors
    /// `invalid` if the point is not a full one of the space, `closed` if the study was stopped, has failed, or has all
    /// trials of its budget, `conflict` if the request id was used for another trial.
    pub async fn add(&self, trial: AddTrial) -> Result<TrialNumber, Error> {
        let mut trial = ForStudy { study: self.study.clone(), command: trial };
        trial.command.request_id.get_or_insert_with(|| Uuid::now_v7().simple().to_string());
        let request = v1::AddTrialRequest::try_from(trial)?;
        let answer = self
            .client
            .call(&request, |channel, request| async move { trials(channel).add_trial(request).await });
        Ok(TrialNumber(answer.await?.number))
    }

    /// All trials that match, in the order of their numbers.
    ///
    /// # Errors
    /// `not_found` if there is no such study.
    pub async fn trials(&self, filter: &TrialFilter) -> Result<Vec<TrialInfo>, Error> {
        let states = filter.states.iter().map(|state| v1::TrialState::from(*state).into()).collect();
        let request = v1::StreamTrialsRequest { study: self.on_wire(), states };
        let deadline = tokio::time::Instant::now() + self.client.options().deadline;
        let mut backoff = Backoff::new();
        loop {
            let (turn, _) = self.client.line();
            let stream = self.client.call(&request, |channel, request| async move {
                // The deadline of the call's beginning would end a long stream halfway.
                let mut unhurried = tonic::Request::new(request.into_inner());
                unhurried.metadata_mut().remove("grpc-timeout");
                trials(channel).stream_trials(unhurried).await
            });
            let failure = match collected(stream.await?).await? {
                Ok(all) => return Ok(all),
                Err(failure) => failure,
            };
            let wait = backoff.wait(failure.refusal.retry_after_ms);
            if failure.refusal.code != Code::Unavailable || tokio::time::Instant::now() + wait >= deadline {
                return Err(failure.refusal.into());
            }
            self.client.move_on(turn);
            tokio::time::sleep(wait).await;
        }
    }

    /// One trial with its configuration, intermediate values and output.
    ///
    /// # Errors
    /// `not_found` if there is no such trial.
    pub async fn trial(&self, number: TrialNumber) -> Result<TrialDetail, Error> {
        let request = v1::GetTrialRequest { study: self.on_wire(), number: number.0 };
        let answer = self
            .client
            .call(&request, |channel, request| async move { trials(channel).get_trial(request).await })
            .await?;
        Ok(TrialDetail {
            trial: understood("GetTrial", answer.trial)?,
            config: config_of("GetTrial", answer.config)?,
            reports: answer.reports.into_iter().map(Report::from).collect(),
            output: answer.output,
        })
    }

    /// The completed trial with the lowest loss; `None` while there is none.
    ///
    /// # Errors
    /// `not_found` if there is no such study.
    pub async fn best(&self) -> Result<Option<BestTrial>, Error> {
        let request = v1::GetBestTrialRequest { study: self.on_wire() };
        let answer = self
            .client
            .call(&request, |channel, request| async move { trials(channel).get_best_trial(request).await })
            .await?;
        let Some(trial) = answer.trial else { return Ok(None) };
        Ok(Some(BestTrial {
            trial: understood("GetBestTrial", Some(trial))?,
            config: config_of("GetBestTrial", answer.config)?,
        }))
    }

    /// Leases nothing more until it is resumed; running trials go on.
    ///
    /// # Errors
    /// `closed` if the study has ended.
    pub async fn pause(&self) -> Result<StudyInfo, Error> {
        let request = v1::PauseStudyRequest { study: self.on_wire() };
        let answer = self
            .client
            .call(&request, |channel, request| async move { studies(channel).pause_study(request).await });
        study_of("PauseStudy", answer.await?.study)
    }

    /// Goes on after a pause.
    ///
    /// # Errors
    /// `closed` if the study has ended.
    pub async fn resume(&self) -> Result<StudyInfo, Error> {
        let request = v1::ResumeStudyRequest { study: self.on_wire() };
        let answer = self
            .client
            .call(&request, |channel, request| async move { studies(channel).resume_study(request).await });
        study_of("ResumeStudy", answer.await?.study)
    }

    /// Ends the study for good; its running trials finish first, unless they are to be cancelled.
    ///
    /// # Errors
    /// `closed` if the study has ended otherwise.
    pub async fn stop(&self, cancel_running: bool) -> Result<StudyInfo, Error> {
        let request = v1::StopStudyRequest { study: self.on_wire(), cancel_running };
        let answer = self
            .client
            .call(&request, |channel, request| async move { studies(channel).stop_study(request).await });
        study_of("StopStudy", answer.await?.study)
    }

    /// Removes the study and all that is known of it.
    ///
    /// # Errors
    /// `not_found` if there is none.
    pub async fn delete(&self) -> Result<(), Error> {
        let request = v1::DeleteStudyRequest { study: self.on_wire() };
        let answer = self
            .client
            .call(&request, |channel, request| async move { studies(channel).delete_study(request).await });
        answer.await.map(|_| ())
    }

    /// Changes budgets, parallelism, algorithm, objective, note or tags. Raising a budget reopens a study that had completed by it.
    ///
    /// # Errors
    /// `invalid` if a part is wrong.
    pub async fn update(&self, update: UpdateStudy) -> Result<StudyInfo, Error> {
        let update = ForStudy { study: self.study.clone(), command: update };
        let request = v1::UpdateStudyRequest::from(update);
        let answer = self
            .client
            .call(&request, |channel, request| async move { studies(channel).update_study(request).await });
        study_of("UpdateStudy", answer.await?.study)
    }

    /// Ends a trial for good, queued or running.
    ///
    /// # Errors
    /// `closed` if it has ended, `not_found` if there is none.
    pub async fn cancel(&self, number: TrialNumber) -> Result<(), Error> {
        let request = v1::CancelTrialRequest { study: self.on_wire(), number: number.0 };
        let answer = self
            .client
            .call(&request, |channel, request| async move { trials(channel).cancel_trial(request).await });
        answer.await.map(|_| ())
    }

    /// Has an ended trial's point tried once more, as a new trial.
    ///
    /// # Errors
    /// `not_found` if there is no such trial, `conflict` if it has not ended.
    pub async fn retry(&self, number: TrialNumber) -> Result<TrialNumber, Error> {
        let request = v1::RetryTrialRequest {
            study: self.on_wire(),
            number: number.0,
            request_id: Uuid::now_v7().simple().to_string(),
        };
        let answer = self
            .client
            .call(&request, |channel, request| async move { trials(channel).retry_trial(request).await });
        Ok(TrialNumber(answer.await?.number))
    }

    /// Follows the study: first as it is, then every change. Connects again by itself, and then begins with the study
    /// as it is once more.
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch::start(self.client.clone(), self.study.clone())
    }

    fn on_wire(&self) -> Option<v1::StudyRef> {
        Some((&self.study).into())
    }
}

/// All trials of a stream, or why it broke.
async fn collected(
    mut stream: tonic::Streaming<v1::StreamTrialsResponse>,
) -> Result<Result<Vec<TrialInfo>, Failure>, Error> {
    let mut all = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => {
                for trial in chunk.trials {
                    all.push(understood("StreamTrials", Some(trial))?);
                }
            }
            Err(status) => return Ok(Err(status.into())),
        }
    }
    Ok(Ok(all))
}

fn config_of(call: &'static str, config: Option<v1::Value>) -> Result<serde_json::Value, Error> {
    config.unwrap_or_default().try_into().map_err(|refusal| Error::Answer { call, refusal })
}
