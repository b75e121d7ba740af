//! How long a server needs to serve a large study again.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::Serialize;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tunewright::{Client, StudyName, StudyRef};
use tunewright_proto::v1;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;

use super::history::History;
use super::store::Store;
use super::target::Target;

/// Whoever has not come back by then never will.
const DEADLINE: Duration = Duration::from_secs(300);
/// Between two tries, so small that it does not show in the figures.
const PAUSE: Duration = Duration::from_millis(5);

/// What was measured, in seconds from the start of the server's process.
#[derive(Clone, Debug, Serialize)]
pub struct RestartTime {
    pub store: &'static str,
    /// Completed trials of the study.
    pub trials: u64,
    /// How the server before it ended: `SIGTERM` or `SIGKILL`.
    pub ended_by: &'static str,
    /// Until the study was answered with, all its trials counted.
    pub served_s: f64,
    /// Until a new trial was suggested, stored and leased.
    pub suggested_s: f64,
}

/// A large study and the servers that serve it one after the other.
#[derive(Debug)]
pub struct Restarts<'a> {
    store: &'a Store,
    study: StudyRef,
    completed: u64,
    /// How many trials were leased since; they run on.
    leased: u64,
    /// Where the server listens each time: who is started again elsewhere waits for the one before, if it was killed.
    listen: String,
}

impl<'a> Restarts<'a> {
    /// One restart after an orderly end, one after a kill.
    ///
    /// # Errors
    /// When the server does not start, refuses a call, or has lost something.
    pub async fn measure(store: &'a Store, trials: u64) -> anyhow::Result<Vec<RestartTime>> {
        let study = StudyRef::from(StudyName::new(format!("bench-restart-{}", std::process::id()))?);
        History::write(&store.url(), &study, trials).await?;
        let mut restarts =
            Self { store, study, completed: trials, leased: 0, listen: "127.0.0.1:0".to_owned() };
        // A server ends in order after it has served and written, not after others have filled its store.
        let (server, _) = restarts.start("").await?;
        server.end().await?;
        let (server, after_end) = restarts.start("SIGTERM").await?;
        // It has leased a trial: the store is left as in the middle of work.
        server.kill().await?;
        let (server, after_kill) = restarts.start("SIGKILL").await?;
        Client::connect(&server.url).await?.study(restarts.study).delete().await?;
        server.end().await?;
        Ok(vec![after_end, after_kill])
    }

    async fn start(&mut self, ended_by: &'static str) -> anyhow::Result<(Target, RestartTime)> {
        let spawned = Instant::now();
        let back = async {
            let target = Target::start_at(&self.listen, &self.store.url()).await?;
            let channel = Channel::from_shared(target.url.clone())?.tcp_nodelay(true).connect().await?;
            self.look(channel.clone()).await?;
            let served = spawned.elapsed();
            self.lease(channel).await?;
            anyhow::Ok((target, served, spawned.elapsed()))
        };
        let (target, served, suggested) =
            tokio::time::timeout(DEADLINE, back).await.context("the server does not come back")??;
        self.leased += 1;
        target.address().clone_into(&mut self.listen);
        let time = RestartTime {
            store: self.store.name(),
            trials: self.completed,
            ended_by,
            served_s: served.as_secs_f64(),
            suggested_s: suggested.as_secs_f64(),
        };
        Ok((target, time))
    }

    /// Asks for the study until it is there, and counts.
    async fn look(&self, channel: Channel) -> anyhow::Result<()> {
        let mut studies = StudyServiceClient::new(channel);
        let request = v1::GetStudyRequest { study: Some((&self.study).into()) };
        let answer = loop {
            match studies.get_study(request.clone()).await {
                Ok(answer) => break answer.into_inner(),
                Err(status) => wait_if_away(status).await?,
            }
        };
        let counts = answer.study.and_then(|study| study.counts).context("a study without counts")?;
        let expected =
            v1::TrialCounts { completed: self.completed, running: self.leased, ..Default::default() };
        if counts != expected {
            bail!("the server came back with {counts:?} instead of {expected:?}");
        }
        Ok(())
    }

    async fn lease(&self, channel: Channel) -> anyhow::Result<()> {
        let mut trials = TrialServiceClient::new(channel);
        let request = v1::AskTrialsRequest {
            study: Some((&self.study).into()),
            client_id: "bench-restart".to_owned(),
            request_id: format!("restart-{}", self.leased),
            count: 1,
            reclaim: false,
        };
        let answer = loop {
            match trials.ask_trials(request.clone()).await {
                Ok(answer) => break answer.into_inner(),
                Err(status) => wait_if_away(status).await?,
            }
        };
        let lease = answer.assignments.into_iter().next().and_then(|assignment| assignment.lease);
        let number = lease.context("an ask without an answer")?.trial;
        if number != self.completed + self.leased {
            bail!("trial {number} was suggested, not {}", self.completed + self.leased);
        }
        Ok(())
    }
}

async fn wait_if_away(status: Status) -> anyhow::Result<()> {
    if status.code() != Code::Unavailable {
        return Err(status.into());
    }
    tokio::time::sleep(PAUSE).await;
    Ok(())
}
