//! The in-process worker: asks, evaluates, tells, until the study ends.

use std::fmt::Display;
use std::future::{Future, pending};
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tunewright_core::study::EndReason;
use tunewright_core::{Code, Refusal};

use crate::ask::{Ask, ask};
use crate::backoff::Backoff;
use crate::trial::Ending;
use crate::{Asked, Error, LeasedTrial, Metrics, RunSummary, Study};

/// How long a stopped run waits for the answer to an ask that is on its way, so that what it brings can be given back.
const LAST_ASK: Duration = Duration::from_secs(2);

/// Why an evaluation brought no loss.
struct Fault {
    reason: EndReason,
    message: String,
}

type Evaluation = BoxFuture<'static, Result<f64, Fault>>;

impl Study {
    /// Evaluates trials in this process, up to `slots` at a time, until the study ends. The objective's loss
    /// completes its trial and its error fails it, unless it has ended the trial by itself. A panic is a failure.
    ///
    /// With Ctrl-C the running trials are given back and the run returns; after that, Ctrl-C does not end the
    /// process by itself any more. Use [`run_until`](Self::run_until) to keep signals to yourself.
    ///
    /// # Errors
    /// `not_found` if there is no such study; `unavailable` if the server is away for longer than the deadlines.
    pub async fn run<F, Fut, E>(&self, slots: usize, objective: F) -> Result<RunSummary, Error>
    where
        F: Fn(LeasedTrial) -> Fut,
        Fut: Future<Output = Result<f64, E>> + Send + 'static,
        E: Display,
    {
        let (stop, _listening) = stop_on_ctrl_c();
        self.run_until(slots, stop, objective).await
    }

    /// [`run`](Self::run), until the study ends or the token is cancelled.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_until<F, Fut, E>(
        &self,
        slots: usize,
        stop: CancellationToken,
        objective: F,
    ) -> Result<RunSummary, Error>
    where
        F: Fn(LeasedTrial) -> Fut,
        Fut: Future<Output = Result<f64, E>> + Send + 'static,
        E: Display,
    {
        let start = |trial| {
            let evaluation = AssertUnwindSafe(objective(trial)).catch_unwind();
            async move {
                match evaluation.await {
                    Ok(result) => result.map_err(failed),
                    Err(panic) => Err(panicked(&*panic)),
                }
            }
            .boxed()
        };
        self.work(slots, stop, start).await
    }

    /// [`run`](Self::run) for objectives that block: each evaluation has a thread of the blocking pool.
    ///
    /// A thread cannot be ended from outside: an objective that takes long looks at [`LeasedTrial::is_lost`] now and then.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_blocking<F, E>(&self, slots: usize, objective: F) -> Result<RunSummary, Error>
    where
        F: Fn(LeasedTrial) -> Result<f64, E> + Send + Sync + 'static,
        E: Display,
    {
        let objective = Arc::new(objective);
        let (stop, _listening) = stop_on_ctrl_c();
        let start = |trial| {
            let objective = Arc::clone(&objective);
            let thread = tokio::task::spawn_blocking(move || objective(trial).map_err(failed));
            thread.map(|ended| ended.unwrap_or_else(|error| Err(no_thread(error)))).boxed()
        };
        self.work(slots, stop, start).await
    }

    async fn work(
        &self,
        slots: usize,
        stop: CancellationToken,
        start: impl Fn(LeasedTrial) -> Evaluation,
    ) -> Result<RunSummary, Error> {
        let slots = NonZeroUsize::new(slots)
            .ok_or_else(|| Refusal::invalid("slots", "must be at least 1, not `0`"))?;
        let mut summary = RunSummary::default();
        let mut running: JoinSet<Result<Option<Ending>, Error>> = JoinSet::new();
        let mut asking = Asking::new(self.clone());
        let mut failure = None;
        loop {
            let free = slots.get() - running.len();
            let done_asking = failure.is_some() || summary.ended.is_some();
            if running.is_empty() && (done_asking || stop.is_cancelled()) {
                break;
            }
            tokio::select! {
                asked = asking.next(free), if free > 0 && !done_asking && !stop.is_cancelled() => match asked {
                    Ok(asked) => {
                        summary.ended = asked.ended;
                        for trial in asked.trials {
                            let evaluation = start(trial.clone());
                            running.spawn(attend(trial, evaluation, stop.clone()));
                        }
                    }
                    Err(error) => failure = Some(error),
                },
                Some(done) = running.join_next() => {
                    asking.hurry();
                    match done {
                        Ok(Ok(ending)) => summary.count(ending),
                        Ok(Err(error)) => failure = failure.or(Some(error)),
                        Err(error) => failure = failure.or(Some(Error::Local(error.to_string()))),
                    }
                }
                () = stop.cancelled(), if running.is_empty() => {}
            }
        }
        asking.finish().await;
        failure.map_or(Ok(summary), Err)
    }
}

/// The one ask that is on its way, kept while other things happen: dropped halfway, it could leave trials leased.
struct Asking {
    study: Study,
    call: Option<BoxFuture<'static, Result<Asked, Error>>>,
    /// Nothing could be leased: not to be asked again before this has passed.
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
    backoff: Backoff,
    /// A program that is started again under its own name first takes back what it was evaluating.
    reclaim: bool,
}

impl Asking {
    fn new(study: Study) -> Self {
        let reclaim = study.client().options().client_id.is_some();
        Self { study, call: None, pause: None, backoff: Backoff::new(), reclaim }
    }

    /// Trials for up to so many slots, or the study's end. Can be dropped and called again.
    async fn next(&mut self, free: usize) -> Result<Asked, Error> {
        loop {
            if let Some(pause) = &mut self.pause {
                pause.as_mut().await;
                self.pause = None;
            }
            let (study, reclaim) = (&self.study, self.reclaim);
            let call = self.call.get_or_insert_with(|| {
                let study = study.clone();
                let count = u32::try_from(free).unwrap_or(u32::MAX).min(1_000);
                let patience = study.client().options().ask_deadline;
                let how = Ask { count, reclaim, patience, wait: false };
                async move { ask(study.client(), study.study_ref(), how).await }.boxed()
            });
            let answer = call.await;
            self.call = None;
            match answer {
                Err(Error::Refused(refusal)) if refusal.code == Code::Exhausted => {
                    let wait = self.backoff.wait(refusal.retry_after_ms);
                    self.pause = Some(Box::pin(sleep(wait)));
                }
                Ok(asked) => {
                    self.backoff = Backoff::new();
                    self.reclaim = false;
                    return Ok(asked);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Something has changed: there is no need to wait any longer.
    fn hurry(&mut self) {
        self.pause = None;
    }

    /// Waits a moment for an ask that is on its way; its trials are given back as they are dropped.
    async fn finish(self) {
        if let Some(call) = self.call {
            let _ = timeout(LAST_ASK, call).await;
        }
    }
}

/// Sees a trial to its end; `None` if it was lost.
async fn attend(
    trial: LeasedTrial,
    evaluation: Evaluation,
    stop: CancellationToken,
) -> Result<Option<Ending>, Error> {
    let lost = trial.lost();
    let limit = async {
        match trial.timeout() {
            Some(limit) => sleep(limit).await,
            None => pending().await,
        }
    };
    let told = tokio::select! {
        result = evaluation => tell(&trial, result).await,
        () = lost.cancelled() => return Ok(trial.ending()),
        () = limit => {
            let message = "the trial took longer than its timeout";
            trial.fail(EndReason::Timeout, message, "").await.map(|_| ())
        }
        () = stop.cancelled() => trial.release(None).await,
    };
    match told {
        Ok(()) => Ok(trial.ending()),
        Err(error) if error.is_lease_lost() || error.code() == Code::Conflict => {
            tracing::info!(trial = %trial.number(), %error, "the result does not count");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn tell(trial: &LeasedTrial, result: Result<f64, Fault>) -> Result<(), Error> {
    if trial.is_ended() {
        return Ok(());
    }
    match result {
        Ok(loss) if loss.is_finite() => trial.complete(loss, Metrics::new(), "").await.map(|_| ()),
        Ok(loss) => {
            let message = format!("the loss must be a finite number, not `{loss}`");
            trial.fail(EndReason::NoLoss, message, "").await.map(|_| ())
        }
        Err(Fault { reason, message }) => trial.fail(reason, message, "").await.map(|_| ()),
    }
}

fn failed(error: impl Display) -> Fault {
    // The alternate form shows the whole chain of those errors that have one.
    Fault { reason: EndReason::ObjectiveError, message: format!("{error:#}") }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Fault {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let message =
        format!("the objective panicked: {}", text.unwrap_or_else(|| "without a message".to_owned()));
    Fault { reason: EndReason::ObjectiveError, message }
}

fn no_thread(error: JoinError) -> Fault {
    match error.try_into_panic() {
        Ok(panic) => panicked(&*panic),
        Err(error) => Fault { reason: EndReason::ObjectiveError, message: error.to_string() },
    }
}

/// A token that Ctrl-C cancels, as long as the guard lives.
fn stop_on_ctrl_c() -> (CancellationToken, tokio_util::task::AbortOnDropHandle<()>) {
    let stop = CancellationToken::new();
    let token = stop.clone();
    let listening = tokio::spawn(async move {
        match tokio::signal::ctrl_c().await {
            Ok(()) => token.cancel(),
            Err(error) => tracing::warn!(%error, "Ctrl-C will end the process without giving trials back"),
        }
    });
    (stop, tokio_util::task::AbortOnDropHandle::new(listening))
}
