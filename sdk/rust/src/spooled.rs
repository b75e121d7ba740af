//! Results on disk while they are on their way, for programs that are killed.

use tracing::{info, warn};
use tunewright_link::{FinalReport, Kept, Spool};
use tunewright_proto::v1;

use crate::call::trials;
use crate::{Client, Error};

impl Client {
    /// Sends the results that an earlier program, or a call of this one that gave up, left in
    /// [`ConnectOptions::spool_dir`](crate::ConnectOptions::spool_dir); how many the server has answered. Connecting does this
    /// by itself.
    ///
    /// # Errors
    /// `unavailable` if no server answers within the deadline, `unauthenticated` or `forbidden` if it takes no results from this
    /// program: they stay on disk.
    pub async fn send_spooled(&self) -> Result<usize, Error> {
        let Some(spool) = self.spool() else { return Ok(0) };
        let names = match on_disk(spool.clone(), |spool| spool.names()).await? {
            Ok(names) => names,
            Err(error) => return Err(Error::Local(format!("the spooled results cannot be read: {error}"))),
        };
        let mut answered = 0;
        for name in names {
            let Some(kept) = on_disk(spool.clone(), move |spool| spool.take(&name)).await? else { continue };
            let trial = kept.report.lease().map_or(0, |lease| lease.trial);
            let sent = self.send(&kept.report).await;
            let is_for_good = sent.as_ref().is_err_and(is_refused_for_good);
            match sent {
                Ok(()) => info!(trial, "a spooled result was sent"),
                Err(error) if is_for_good => warn!(trial, %error, "a spooled result is not taken"),
                Err(error) => return Err(error),
            }
            on_disk(kept, Kept::remove).await?;
            answered += 1;
        }
        Ok(answered)
    }

    /// The answer of a call that ends a trial with this report, which is on disk until there is one.
    pub(crate) async fn spooled<T>(
        &self,
        report: impl FnOnce() -> FinalReport,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Some(spool) = self.spool() else { return call.await };
        let kept = keep(spool, report()).await?;
        let answer = call.await;
        if answer.as_ref().err().is_none_or(is_refused_for_good)
            && let Some(kept) = kept
        {
            on_disk(kept, Kept::remove).await?;
        }
        answer
    }

    async fn send(&self, report: &FinalReport) -> Result<(), Error> {
        match report {
            FinalReport::Complete(request) => {
                let send = |line, request| async move { trials(line).complete_trial(request).await };
                self.call(request, send).await.map(|_: v1::CompleteTrialResponse| ())
            }
            FinalReport::Prune(request) => {
                let send = |line, request| async move { trials(line).prune_trial(request).await };
                self.call(request, send).await.map(|_: v1::PruneTrialResponse| ())
            }
            FinalReport::Fail(request) => {
                let send = |line, request| async move { trials(line).fail_trial(request).await };
                self.call(request, send).await.map(|_: v1::FailTrialResponse| ())
            }
        }
    }
}

/// Whether the server has answered, and will never take it.
fn is_refused_for_good(error: &Error) -> bool {
    matches!(error, Error::Refused(refusal) if FinalReport::is_refused_for_good(refusal.code))
}

async fn keep(spool: &Spool, report: FinalReport) -> Result<Option<Kept>, Error> {
    match on_disk(spool.clone(), move |spool| spool.keep(report)).await? {
        Ok(kept) => Ok(Some(kept)),
        Err(error) => {
            warn!(%error, "a result cannot be kept on disk; it is sent all the same");
            Ok(None)
        }
    }
}

/// The disk may take its time, and must not hold up the program's other tasks.
async fn on_disk<S: Send + 'static, T: Send + 'static>(
    subject: S,
    does: impl FnOnce(S) -> T + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(move || does(subject)).await;
    done.map_err(|error| Error::Local(format!("what is to be done on disk was not done: {error}")))
}
