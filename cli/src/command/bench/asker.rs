//! One client that asks and completes, again and again.

use std::time::Duration;

use anyhow::Context as _;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tunewright::StudyRef;
use tunewright_proto::status::from_status;
use tunewright_proto::v1;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;

use super::cell::as_f64;

/// One client with a connection of its own.
#[derive(Debug)]
pub struct Asker {
    trials: TrialServiceClient<Channel>,
    study: v1::StudyRef,
    client_id: String,
    rounds: u64,
    /// How often a busy server sent it away.
    pub refused: u64,
}

impl Asker {
    /// # Errors
    /// When nobody listens there.
    pub async fn connect(url: &str, study: &StudyRef, number: usize) -> anyhow::Result<Self> {
        let channel = Channel::from_shared(url.to_owned())?.tcp_nodelay(true).connect().await?;
        let client_id = format!("bench-{number}");
        Ok(Self {
            trials: TrialServiceClient::new(channel),
            study: study.into(),
            client_id,
            rounds: 0,
            refused: 0,
        })
    }

    /// Asks another study from here on.
    pub fn turn_to(&mut self, study: &StudyRef) {
        self.study = study.into();
    }

    /// Asks for a trial and completes it; false if the study has ended.
    ///
    /// # Errors
    /// When the server refuses for another reason than being busy.
    pub async fn round_trip(&mut self) -> anyhow::Result<bool> {
        self.rounds += 1;
        let request = v1::AskTrialsRequest {
            study: Some(self.study.clone()),
            client_id: self.client_id.clone(),
            request_id: format!("{}-{}", self.client_id, self.rounds),
            count: 1,
            reclaim: false,
        };
        let answer = loop {
            match self.trials.ask_trials(request.clone()).await {
                Ok(answer) => break answer.into_inner(),
                Err(status) => self.wait_if_busy(status).await?,
            }
        };
        if !answer.study_ended.is_empty() {
            return Ok(false);
        }
        let assignment = answer.assignments.into_iter().next().context("an ask without an answer")?;
        let lease = assignment.lease.context("an assignment without a lease")?;
        // Any number does, as long as the search has something to learn.
        let loss = as_f64(lease.trial.wrapping_mul(2_654_435_761) % 1_000_003) / 1_000_003.0;
        let request = v1::CompleteTrialRequest { lease: Some(lease), loss, ..Default::default() };
        while let Err(status) = self.trials.complete_trial(request.clone()).await {
            self.wait_if_busy(status).await?;
        }
        Ok(true)
    }

    /// Waits as long as a busy server asks for; the round trip takes that much longer.
    async fn wait_if_busy(&mut self, status: Status) -> anyhow::Result<()> {
        if status.code() != Code::ResourceExhausted {
            return Err(status.into());
        }
        self.refused += 1;
        let wait = from_status(&status).retry_after_ms.unwrap_or(10);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        Ok(())
    }
}
