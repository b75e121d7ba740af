//! The ends of trials on their way to the server: on disk before they are sent, until the server has answered.

use tracing::{info, warn};
use tunewright_core::study::EndReason;
use tunewright_core::{Code, Refusal};
use tunewright_link::{FinalReport, Kept, Spool};
use tunewright_proto::v1;

use crate::deliver::{Delivered, deliver};
use crate::shutdown::Shutdown;
use crate::summary::TrialEnd;
use crate::trial::Shared;

/// The end of an attempt without a result.
pub(crate) fn failure(
    lease: v1::LeaseRef,
    reason: EndReason,
    message: String,
    output: String,
) -> FinalReport {
    let reason = v1::EndReason::from(reason).into();
    let lease = Some(lease);
    FinalReport::Fail(v1::FailTrialRequest { lease, reason, message, output, result: None, next: None })
}

/// Tells the server how a trial ended.
pub(crate) async fn tell(shared: &Shared, report: FinalReport) -> TrialEnd {
    let kept = keep(shared.spool.clone(), report.clone()).await;
    conclude(shared, report, kept).await
}

/// Sends what an earlier worker left on disk. Whether there is still something to work for: not after a signal to end.
pub(crate) async fn replay(shared: &Shared, shutdown: &Shutdown) -> bool {
    let Some(spool) = &shared.spool else { return true };
    tokio::select! {
        biased;
        () = shutdown.abort.cancelled() => false,
        () = shutdown.drain.cancelled() => false,
        () = send_all(shared, spool) => true,
    }
}

async fn send_all(shared: &Shared, spool: &Spool) {
    let names = match blocking(spool.clone(), |spool| spool.names()).await {
        Some(Ok(names)) => names,
        Some(Err(error)) => {
            warn!(%error, dir = %spool.dir().display(), "what earlier workers left cannot be read");
            return;
        }
        None => return,
    };
    for name in names {
        let kept = blocking(spool.clone(), move |spool| spool.take(&name)).await.flatten();
        let Some(kept) = kept else { continue };
        let report = kept.report.clone();
        let lease = report.lease().cloned().unwrap_or_default();
        let study = lease.study.map(|study| study.name).unwrap_or_default();
        info!(study, trial = lease.trial, "sending the result that an earlier worker left");
        let end = conclude(shared, report, Some(kept)).await;
        info!(study, trial = lease.trial, ?end, "the result that an earlier worker left is dealt with");
    }
}

/// Sends a report until it is answered, and takes it from the disk then.
async fn conclude(shared: &Shared, report: FinalReport, kept: Option<Kept>) -> TrialEnd {
    let (end, refusal) = match send(shared, &report).await {
        Delivered::Done(end) => {
            remove(kept).await;
            return end;
        }
        Delivered::GaveUp => return TrialEnd::Undelivered,
        Delivered::Refused(refusal) => (TrialEnd::Lost, refusal),
    };
    match (report, refusal.code) {
        // A failure of the trial, which otherwise would be tried again for ever.
        (FinalReport::Complete(v1::CompleteTrialRequest { lease: Some(lease), .. }), Code::Invalid)
        | (FinalReport::Prune(v1::PruneTrialRequest { lease: Some(lease), .. }), Code::Invalid) => {
            let message = format!("the server refused the result: {refusal}");
            let failed = failure(lease, EndReason::ObjectiveError, message, String::new());
            let kept_instead = keep(shared.spool.clone(), failed.clone()).await;
            remove(kept).await;
            Box::pin(conclude(shared, failed, kept_instead)).await
        }
        (_, code) if FinalReport::is_refused_for_good(code) => {
            warn!(%refusal, "the server does not take the trial's end");
            remove(kept).await;
            end
        }
        _ => undelivered(&refusal, kept.as_ref(), end),
    }
}

fn undelivered(refusal: &Refusal, kept: Option<&Kept>, end: TrialEnd) -> TrialEnd {
    if kept.is_none() {
        warn!(%refusal, "the server does not take the trial's end");
        return end;
    }
    warn!(%refusal, "the server does not take the trial's end; it is kept for the next start of a worker here");
    TrialEnd::Undelivered
}

async fn send(shared: &Shared, report: &FinalReport) -> Delivered<TrialEnd> {
    let (link, give_up) = (&shared.link, &shared.give_up);
    match report {
        FinalReport::Complete(request) => {
            let sent = deliver("a result", link, give_up, || {
                let (mut trials, request) = (link.trials(), request.clone());
                async move { trials.complete_trial(request).await }
            });
            sent.await.map(|_| TrialEnd::Completed)
        }
        FinalReport::Prune(request) => {
            let sent = deliver("a pruned trial", link, give_up, || {
                let (mut trials, request) = (link.trials(), request.clone());
                async move { trials.prune_trial(request).await }
            });
            sent.await.map(|_| TrialEnd::Pruned)
        }
        FinalReport::Fail(request) => {
            let sent = deliver("a failed trial", link, give_up, || {
                let (mut trials, request) = (link.trials(), request.clone());
                async move { trials.fail_trial(request).await }
            });
            sent.await.map(|_| TrialEnd::Failed)
        }
    }
}

/// Puts a report on disk, if that is wanted and can be done: a full disk must not stop the trials.
async fn keep(spool: Option<Spool>, report: FinalReport) -> Option<Kept> {
    match blocking(spool?, move |spool| spool.keep(report)).await? {
        Ok(kept) => Some(kept),
        Err(error) => {
            warn!(%error, "a result cannot be kept on disk; it is sent all the same");
            None
        }
    }
}

async fn remove(kept: Option<Kept>) {
    if let Some(kept) = kept {
        blocking(kept, Kept::remove).await;
    }
}

/// The disk may take its time, and must not hold up heartbeats.
async fn blocking<S: Send + 'static, T: Send + 'static>(
    subject: S,
    does: impl FnOnce(S) -> T + Send + 'static,
) -> Option<T> {
    match tokio::task::spawn_blocking(move || does(subject)).await {
        Ok(done) => Some(done),
        Err(error) => {
            warn!(%error, "what is to be done on disk was not done");
            None
        }
    }
}
