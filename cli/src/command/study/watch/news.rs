//! What is asked for beside the events: the study as it stands, who runs what, and what was before.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tunewright::{EndReason, Error, Study, TrialFilter, TrialInfo, TrialNumber, TrialState};
use tunewright_proto::v1;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;

use super::board::Look;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Of so many running trials it is asked what they have reported before the events began.
const REPORTS_MAX: usize = 20;

/// Something to know.
#[derive(Debug)]
pub enum News {
    Look(Box<Look>),
    /// The server does not answer, or not yet.
    Away,
    /// Trials that ended earlier: number, loss, and why it failed.
    Past(Vec<(TrialNumber, Option<f64>, Option<EndReason>)>),
    /// It will never be answered.
    Refused(Error),
}

/// Asks on, until it is dropped.
#[derive(Debug)]
pub struct Asking {
    news: mpsc::Receiver<News>,
    sender: mpsc::Sender<News>,
    study: Study,
    /// The failed trial whose message is wanted.
    failure: watch::Sender<Option<TrialNumber>>,
    _looking: AbortOnDropHandle<()>,
    past: AbortOnDropHandle<()>,
}

impl Asking {
    pub fn start(study: &Study) -> Self {
        let (sender, news) = mpsc::channel(16);
        let (failure, wanted) = watch::channel(None);
        let looking = AbortOnDropHandle::new(tokio::spawn(look_on(study.clone(), wanted, sender.clone())));
        let states = vec![TrialState::Completed, TrialState::Failed];
        let past = AbortOnDropHandle::new(tokio::spawn(tell_past(study.clone(), states, sender.clone())));
        Self { news, sender, study: study.clone(), failure, _looking: looking, past }
    }

    /// What is next. Can be dropped and called again.
    pub async fn next(&mut self) -> News {
        // It keeps a sender itself, so the channel never closes.
        self.news.recv().await.unwrap_or(News::Away)
    }

    /// From now on the message of this failed trial is wanted.
    pub fn want_failure(&self, number: TrialNumber) {
        self.failure.send_replace(Some(number));
    }

    /// Events were missed: tells the failed trials once more. The best loss is told by each look.
    pub fn catch_up(&mut self) {
        if self.past.is_finished() {
            let told = tell_past(self.study.clone(), vec![TrialState::Failed], self.sender.clone());
            self.past = AbortOnDropHandle::new(tokio::spawn(told));
        }
    }
}

async fn look_on(study: Study, wanted: watch::Receiver<Option<TrialNumber>>, news: mpsc::Sender<News>) {
    let (mut best, mut told, mut is_first) = (None, None, true);
    loop {
        let wanted = wanted.borrow().filter(|number| told != Some(*number));
        let item = match look(&study, best.take(), wanted, is_first).await {
            Ok(look) => {
                best.clone_from(&look.best);
                told = wanted.or(told);
                is_first = false;
                News::Look(Box::new(look))
            }
            Err(error) if error.is_retryable() => {
                is_first = true;
                News::Away
            }
            Err(error) => News::Refused(error),
        };
        let is_last = matches!(item, News::Refused(_));
        if news.send(item).await.is_err() || is_last {
            return;
        }
        sleep(PAUSE).await;
    }
}

async fn look(
    study: &Study,
    best: Option<TrialInfo>,
    failure: Option<TrialNumber>,
    is_first: bool,
) -> Result<Look, Error> {
    let info = study.info().await?;
    let best = match info.best {
        Some(now) if best.as_ref().is_none_or(|known| known.number != now.trial) => {
            study.best().await?.map(|best| best.trial)
        }
        _ => best,
    };
    let workers = study.client().workers().await?;
    let running = study.trials(&TrialFilter { states: vec![TrialState::Running] }).await?;
    let mut reports = Vec::new();
    for trial in running.iter().take(if is_first { REPORTS_MAX } else { 0 }) {
        let detail = study.trial(trial.number).await?;
        reports.extend(detail.reports.last().map(|last| (trial.number, last.step, last.loss)));
    }
    let failure = match failure {
        Some(number) => Some(study.trial(number).await?.trial),
        None => None,
    };
    Ok(Look { info, best, running, workers, reports, failure })
}

/// Tells the trials in these states, as they come: of a large study they are too many to hold.
async fn tell_past(study: Study, states: Vec<TrialState>, news: mpsc::Sender<News>) {
    if let Err(status) = stream_past(&study, &states, &news).await {
        // The picture begins later, no more.
        tracing::info!(%status, "earlier trials are not known");
    }
}

async fn stream_past(
    study: &Study,
    states: &[TrialState],
    news: &mpsc::Sender<News>,
) -> Result<(), tonic::Status> {
    let states = states.iter().map(|state| v1::TrialState::from(*state).into()).collect();
    let request = v1::StreamTrialsRequest { study: Some(study.study_ref().into()), states };
    let mut trials = TrialServiceClient::new(study.client().transport());
    let mut stream = trials.stream_trials(request).await?.into_inner();
    while let Some(chunk) = stream.message().await? {
        let trials = chunk.trials.into_iter().filter_map(|trial| TrialInfo::try_from(trial).ok());
        let past = trials.map(|trial| {
            let completed = trial.state == TrialState::Completed;
            (trial.number, trial.loss.filter(|_| completed), trial.reason.filter(|_| !completed))
        });
        if news.send(News::Past(past.collect())).await.is_err() {
            break;
        }
    }
    Ok(())
}
