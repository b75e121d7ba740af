//! One assigned trial, from its lease to the server's answer to its result.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use tunewright_core::study::{EndReason, StudyRef};
use tunewright_core::{Code, Refusal};
use tunewright_link::{FinalReport, Spool};
use tunewright_proto::convert::{Assignment, StudyInfo, required};
use tunewright_proto::v1;

use crate::deliver::{Delivered, deliver};
use crate::ending;
use crate::link::Link;
use crate::runner::{Controls, Finished, Graces, Report, Template, TrialRun, Verdict, run_trial};
use crate::summary::TrialEnd;

/// Reports that may wait for the server; what is beyond them waits in the result file.
const REPORTS_LEN: usize = 32;

/// What all trials of a worker share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub link: Arc<Link>,
    /// Where the ends of trials wait for the server.
    pub spool: Option<Spool>,
    pub worker: String,
    pub template: Template,
    pub env: Vec<(String, String)>,
    pub verbose: bool,
    pub graces: Graces,
    /// Nothing is waited for any longer: the worker ends.
    pub give_up: CancellationToken,
    /// The labels of the studies whose spec had to be looked at.
    pub labels: Mutex<BTreeMap<StudyRef, BTreeSet<String>>>,
}

/// How a running trial is steered by its worker.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reins {
    /// SIGTERM, then release what has no result.
    pub end: CancellationToken,
    /// SIGKILL, and forget it.
    pub kill: CancellationToken,
}

/// A trial in its slot.
#[derive(Debug)]
pub(crate) struct SlotTrial {
    pub shared: Arc<Shared>,
    pub lease: v1::LeaseRef,
    pub assignment: Assignment,
    pub slot: usize,
    pub gpus: Option<String>,
    pub reins: Reins,
}

impl SlotTrial {
    /// Runs it, and tells the server how it ended.
    pub(crate) async fn run(self) -> TrialEnd {
        let labels = tokio::select! {
            () = self.reins.kill.cancelled() => return TrialEnd::Lost,
            () = self.reins.end.cancelled() => return self.release(None).await,
            labels = self.labels() => labels,
        };
        let labels = match labels {
            Delivered::Done(labels) => labels,
            Delivered::GaveUp => return TrialEnd::Undelivered,
            Delivered::Refused(refusal) => {
                return self
                    .fail(
                        EndReason::StartFailed,
                        format!("the study cannot be read: {refusal}"),
                        String::new(),
                    )
                    .await;
            }
        };
        let finished = self.evaluate(labels).await;
        if self.reins.kill.is_cancelled() {
            return TrialEnd::Lost;
        }
        let end = self.tell(finished).await;
        info!(study = %self.assignment.lease.study, trial = %self.assignment.lease.trial, ?end, "trial ended");
        end
    }

    /// Runs the command, and passes its reports on meanwhile.
    async fn evaluate(&self, labels: BTreeSet<String>) -> Finished {
        let run = self.trial_run(labels);
        let (reports, waiting) = mpsc::channel(REPORTS_LEN);
        let stop = CancellationToken::new();
        let Reins { end, kill } = self.reins.clone();
        let controls = Controls { reports, stop: stop.clone(), end, kill };
        let running = async move { run_trial(&run, &controls).await };
        tokio::join!(running, self.forward(waiting, &stop)).0
    }

    fn trial_run(&self, labels: BTreeSet<String>) -> TrialRun {
        let (shared, assignment) = (&self.shared, &self.assignment);
        TrialRun {
            template: shared.template.clone(),
            labels,
            config: assignment.config.clone(),
            point: assignment.point.clone(),
            project: assignment.lease.study.project.to_string(),
            study: assignment.lease.study.name.to_string(),
            trial: assignment.lease.trial.0,
            attempt: assignment.lease.attempt,
            worker: shared.worker.clone(),
            slot: self.slot,
            resume: assignment.resume.clone(),
            timeout: assignment.trial_timeout_ms.map(Duration::from_millis),
            env: shared.env.clone(),
            gpus: self.gpus.clone(),
            verbose: shared.verbose,
            graces: shared.graces,
        }
    }

    /// All labels of the study; asked for only where the command has one that the point lacks.
    async fn labels(&self) -> Delivered<BTreeSet<String>> {
        let study = &self.assignment.lease.study;
        if !self.shared.template.leaves_open(&self.assignment.point) {
            return Delivered::Done(BTreeSet::new());
        }
        let known = || self.shared.labels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(labels) = known().get(study) {
            return Delivered::Done(labels.clone());
        }
        let got = deliver("the study's space", &self.shared.link, &self.shared.give_up, || {
            let (mut studies, study) = (self.shared.link.studies(), Some(study.into()));
            async move { studies.get_study(v1::GetStudyRequest { study }).await }
        });
        let info = match got.await {
            Delivered::Done(answer) => required(answer.study, "study").and_then(StudyInfo::try_from),
            Delivered::Refused(refusal) => Err(refusal),
            Delivered::GaveUp => return Delivered::GaveUp,
        };
        match info {
            Ok(info) => {
                let parameters = info.spec.space.parameters().iter();
                let labels: BTreeSet<String> = parameters.map(|parameter| parameter.label.clone()).collect();
                known().insert(study.clone(), labels.clone());
                Delivered::Done(labels)
            }
            Err(refusal) => Delivered::Refused(refusal),
        }
    }

    /// Passes reports on in their order, and the server's wish to stop back.
    async fn forward(&self, mut waiting: mpsc::Receiver<Report>, stop: &CancellationToken) {
        while let Some(report) = waiting.recv().await {
            let request = v1::ReportTrialRequest {
                lease: Some(self.lease.clone()),
                step: report.step,
                loss: report.loss,
                metrics: report.metrics,
                checkpoint_uri: report.checkpoint.unwrap_or_default(),
            };
            let sent = deliver("a report", &self.shared.link, &self.shared.give_up, || {
                let (mut trials, request) = (self.shared.link.trials(), request.clone());
                async move { trials.report_trial(request).await }
            });
            let sent = tokio::select! {
                () = self.reins.kill.cancelled() => return,
                sent = sent => sent,
            };
            match sent {
                Delivered::Done(answer) if answer.stop => stop.cancel(),
                Delivered::Done(_) => {}
                Delivered::GaveUp => return,
                Delivered::Refused(refusal) if is_over(&refusal) => {
                    info!(%refusal, "the attempt counts no more; ending it");
                    self.reins.kill.cancel();
                    return;
                }
                Delivered::Refused(refusal) => warn!(%refusal, "a report was refused"),
            }
        }
    }

    async fn tell(&self, finished: Finished) -> TrialEnd {
        let Finished { verdict, output, resume } = finished;
        let lease = Some(self.lease.clone());
        let report = match verdict {
            Verdict::Completed { loss, metrics, heeded } => match result(heeded) {
                Ok(result) => FinalReport::Complete(v1::CompleteTrialRequest {
                    lease,
                    loss,
                    metrics,
                    output,
                    result,
                    next: None,
                }),
                Err(refusal) => return self.fail_for(&refusal, output).await,
            },
            Verdict::Pruned { loss, metrics, heeded } => match result(heeded) {
                Ok(result) => FinalReport::Prune(v1::PruneTrialRequest {
                    lease,
                    loss,
                    metrics,
                    output,
                    result,
                    next: None,
                }),
                Err(refusal) => return self.fail_for(&refusal, output).await,
            },
            Verdict::Failed { reason, message } => {
                info!(%message, reason = reason.as_str(), trial = %self.assignment.lease.trial, "trial failed");
                return self.fail(reason, message, output).await;
            }
            Verdict::Ended => return self.release(resume.map(v1::ResumeHint::from)).await,
        };
        ending::tell(&self.shared, report).await
    }

    /// Fails the trial for a result that cannot be sent.
    async fn fail_for(&self, refusal: &Refusal, output: String) -> TrialEnd {
        let message = format!("the result cannot be sent: {refusal}");
        self.fail(EndReason::ObjectiveError, message, output).await
    }

    async fn fail(&self, reason: EndReason, message: String, output: String) -> TrialEnd {
        ending::tell(&self.shared, ending::failure(self.lease.clone(), reason, message, output)).await
    }

    async fn release(&self, resume: Option<v1::ResumeHint>) -> TrialEnd {
        release(&self.shared, self.lease.clone(), resume).await
    }
}

/// Gives a lease back, so that the trial is queued again at once.
pub(crate) async fn release(
    shared: &Shared,
    lease: v1::LeaseRef,
    resume: Option<v1::ResumeHint>,
) -> TrialEnd {
    let request = v1::ReleaseTrialRequest { lease: Some(lease), resume };
    let sent = deliver("a released trial", &shared.link, &shared.give_up, || {
        let (mut trials, request) = (shared.link.trials(), request.clone());
        async move { trials.release_trial(request).await }
    });
    match sent.await {
        Delivered::Done(_) => TrialEnd::Released,
        Delivered::GaveUp => TrialEnd::Undelivered,
        Delivered::Refused(refusal) => {
            warn!(%refusal, "the server does not take the trial back");
            TrialEnd::Lost
        }
    }
}

/// Whether a refusal says that the attempt counts no more.
fn is_over(refusal: &Refusal) -> bool {
    matches!(refusal.code, Code::LeaseLost | Code::Closed | Code::Conflict | Code::NotFound)
}

/// What a script told beside its loss, as it is sent; `None` for nothing.
///
/// # Errors
/// `invalid` if it is nested too deeply.
fn result(told: Map<String, Value>) -> Result<Option<v1::Value>, Refusal> {
    if told.is_empty() {
        return Ok(None);
    }
    v1::Value::try_from(&Value::Object(told)).map(Some).map_err(|refusal| refusal.within("result"))
}
