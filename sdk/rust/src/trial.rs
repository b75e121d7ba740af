//! A leased trial: what training code holds while it evaluates a point.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use tunewright_core::Refusal;
use tunewright_core::space::Point;
use tunewright_core::study::{EndReason, ResumeHint, TrialNumber};
use tunewright_link::FinalReport;
use tunewright_proto::convert::{Assignment, StudyLease};
use tunewright_proto::v1;

use crate::call::trials;
use crate::pulse::Pulse;
use crate::text::{MESSAGE_LEN_MAX, OUTPUT_LEN_MAX, head, tail};
use crate::{Client, Error, result};

/// Any other figures beside the loss, all finite.
pub type Metrics = BTreeMap<String, f64>;

/// A trial that this program evaluates; its lease is renewed in the background as long as it lives.
///
/// Clones are the same trial. When the last one is dropped without an end ([`complete`](Self::complete),
/// [`fail`](Self::fail), [`prune`](Self::prune), [`release`](Self::release)), the trial is given back in the background, as well as that
/// goes: a process that ends at once leaves it to the lease's expiry instead.
#[derive(Clone, Debug)]
pub struct LeasedTrial {
    held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    client: Client,
    assignment: Assignment,
    pulse: Arc<Pulse>,
    ending: OnceLock<Ending>,
    result: Mutex<Option<v1::Value>>,
}

/// How this program ended a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Completed,
    Pruned,
    Failed,
    Released,
    /// Somebody else sees to it.
    Kept,
}

/// The answer to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportAnswer {
    /// The objective should end early, by [`LeasedTrial::prune`].
    pub stop: bool,
}

/// The answer to a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The same result was known already.
    pub duplicate: bool,
    /// The lease had expired, but the result counts all the same.
    pub late: bool,
    /// What the acknowledged result survives: `memory`, `buffered`, `fsynced` or `replicated`; empty for a pruned trial.
    pub durability: String,
}

/// The answer to a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The trial will be tried again.
    pub requeued: bool,
    /// The same failure was known already.
    pub duplicate: bool,
}

impl LeasedTrial {
    /// Holds a trial that was assigned to this program, and renews its lease from now on.
    ///
    /// # Errors
    /// If the assignment makes no sense, or the thread of heartbeats cannot be started.
    pub fn from_assignment(client: Client, assignment: v1::Assignment) -> Result<Self, Error> {
        let assignment = Assignment::try_from(assignment)
            .map_err(|refusal| Error::Answer { call: "an assignment", refusal })?;
        let ttl = Duration::from_millis(assignment.lease_ttl_ms);
        let pulse = Arc::new(Pulse::new((&assignment.lease).into(), ttl));
        client.heart().add(Arc::clone(&pulse))?;
        let held = Held { client, assignment, pulse, ending: OnceLock::new(), result: Mutex::default() };
        Ok(Self { held: Arc::new(held) })
    }

    /// The trial's number within its study, from 0.
    #[must_use]
    pub fn number(&self) -> TrialNumber {
        self.held.assignment.lease.trial
    }

    /// Which attempt this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.held.assignment.lease.attempt
    }

    /// The fencing token, and the study it is of.
    #[must_use]
    pub fn lease(&self) -> &StudyLease {
        &self.held.assignment.lease
    }

    /// All that came with the trial.
    #[must_use]
    pub fn assignment(&self) -> &Assignment {
        &self.held.assignment
    }

    /// The flat point: a value for each active parameter, by label.
    #[must_use]
    pub fn point(&self) -> &Point {
        &self.held.assignment.point
    }

    /// The point in the shape of the space, inactive branches absent.
    #[must_use]
    pub fn config(&self) -> &serde_json::Value {
        &self.held.assignment.config
    }

    /// The configuration as a type of the program's own.
    ///
    /// # Errors
    /// `invalid` if it has another shape.
    pub fn config_as<T: DeserializeOwned>(&self) -> Result<T, Error> {
        T::deserialize(self.config())
            .map_err(|error| Error::Config { number: self.number().0, problem: error.to_string() })
    }

    /// The last checkpoint of an earlier attempt.
    #[must_use]
    pub fn resume(&self) -> Option<&ResumeHint> {
        self.held.assignment.resume.as_ref()
    }

    /// The lease ends this long after its last renewal.
    #[must_use]
    pub fn lease_ttl(&self) -> Duration {
        self.held.pulse.ttl
    }

    /// The attempt has to end within this; [`Study::run`](crate::Study::run) sees to it.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.held.assignment.trial_timeout_ms.map(Duration::from_millis)
    }

    /// Cancelled once the attempt counts no more: the evaluation may end at once.
    #[must_use]
    pub fn lost(&self) -> CancellationToken {
        self.held.pulse.lost.clone()
    }

    /// Whether the attempt counts no more.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.held.pulse.lost.is_cancelled()
    }

    /// Why the attempt counts no more.
    #[must_use]
    pub fn lost_reason(&self) -> Option<Refusal> {
        self.held.pulse.reason().cloned()
    }

    /// Whether this program has ended the trial.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.held.ending.get().is_some()
    }

    pub(crate) fn ending(&self) -> Option<Ending> {
        self.held.ending.get().copied()
    }

    /// Reports an intermediate value.
    ///
    /// # Errors
    /// `lease_lost` or `closed` if the attempt counts no more, `invalid` if a number is not finite.
    pub async fn report(
        &self,
        step: u64,
        loss: impl Into<Option<f64>>,
        metrics: Metrics,
    ) -> Result<ReportAnswer, Error> {
        self.send_report(step, loss.into(), metrics, String::new()).await
    }

    /// [`report`](Self::report) for objectives that block, called from a thread of the runtime's blocking pool.
    ///
    /// # Errors
    /// As [`report`](Self::report).
    ///
    /// # Panics
    /// Outside a tokio runtime, or on a thread that drives one.
    pub fn report_blocking(
        &self,
        step: u64,
        loss: impl Into<Option<f64>>,
        metrics: Metrics,
    ) -> Result<ReportAnswer, Error> {
        tokio::runtime::Handle::current().block_on(self.report(step, loss, metrics))
    }

    /// Notes where the next attempt can go on, should this one be lost. At most 4 KiB of URI.
    ///
    /// # Errors
    /// As [`report`](Self::report).
    pub async fn checkpoint(&self, step: u64, uri: impl Into<String>) -> Result<ReportAnswer, Error> {
        self.send_report(step, None, Metrics::new(), uri.into()).await
    }

    async fn send_report(
        &self,
        step: u64,
        loss: Option<f64>,
        metrics: Metrics,
        checkpoint_uri: String,
    ) -> Result<ReportAnswer, Error> {
        let lease = Some(self.held.pulse.lease.clone());
        let request = v1::ReportTrialRequest { lease, step, loss, metrics, checkpoint_uri };
        let answer = self
            .held
            .client
            .call(&request, |channel, request| async move { trials(channel).report_trial(request).await });
        let answer = self.noted(answer.await)?;
        Ok(ReportAnswer { stop: answer.stop })
    }

    /// What is to be kept with the trial beside its loss, in place of what was set before: a map or a struct of anything, at
    /// most 64 KiB as JSON, in which numbers that are not finite become null. It is told by whichever of
    /// [`complete`](Self::complete), [`prune`](Self::prune) and [`fail`](Self::fail) comes next; `()` takes it back.
    ///
    /// # Errors
    /// `invalid` if it is no map, is too long, or JSON cannot hold it; what was set before stays.
    pub fn set_result(&self, result: &impl Serialize) -> Result<(), Error> {
        let result = result::to_wire(result)?;
        *self.held.result.lock().unwrap_or_else(PoisonError::into_inner) = result;
        Ok(())
    }

    fn result(&self) -> Option<v1::Value> {
        self.held.result.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the trial with its loss. Of the output the last 64 KiB are kept.
    ///
    /// # Errors
    /// `lease_lost` or `closed` if the attempt counts no more, `invalid` if a number is not finite. After an
    /// `unavailable` it can be called again; and with a [`spool_dir`](crate::ConnectOptions::spool_dir) the result waits there for
    /// the next connection.
    pub async fn complete(
        &self,
        loss: f64,
        metrics: Metrics,
        output: impl Into<String>,
    ) -> Result<Completed, Error> {
        let lease = Some(self.held.pulse.lease.clone());
        let output = tail(output.into(), OUTPUT_LEN_MAX);
        let request =
            v1::CompleteTrialRequest { lease, loss, metrics, output, result: self.result(), next: None };
        let client = &self.held.client;
        let answer = client.patient_call(
            client.options().result_deadline,
            true,
            &request,
            |channel, request| async move { trials(channel).complete_trial(request).await },
        );
        let answer = client.spooled(|| FinalReport::Complete(request.clone()), answer).await;
        let answer = self.noted(answer)?;
        self.end(Ending::Completed);
        Ok(Completed { duplicate: answer.duplicate, late: answer.late, durability: answer.durability })
    }

    /// Ends the trial early, as a report's answer asked for, with its last loss.
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub async fn prune(
        &self,
        loss: impl Into<Option<f64>>,
        metrics: Metrics,
        output: impl Into<String>,
    ) -> Result<Completed, Error> {
        let lease = Some(self.held.pulse.lease.clone());
        let output = tail(output.into(), OUTPUT_LEN_MAX);
        let request = v1::PruneTrialRequest {
            lease,
            loss: loss.into(),
            metrics,
            output,
            result: self.result(),
            next: None,
        };
        let client = &self.held.client;
        let answer = client.patient_call(
            client.options().result_deadline,
            true,
            &request,
            |channel, request| async move { trials(channel).prune_trial(request).await },
        );
        let answer = client.spooled(|| FinalReport::Prune(request.clone()), answer).await;
        let answer = self.noted(answer)?;
        self.end(Ending::Pruned);
        Ok(Completed { duplicate: answer.duplicate, late: answer.late, durability: String::new() })
    }

    /// Ends the attempt without a result; the study's retry policy decides whether there is another.
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub async fn fail(
        &self,
        reason: EndReason,
        message: impl Into<String>,
        output: impl Into<String>,
    ) -> Result<Failed, Error> {
        let request = v1::FailTrialRequest {
            lease: Some(self.held.pulse.lease.clone()),
            reason: v1::EndReason::from(reason).into(),
            message: head(message.into(), MESSAGE_LEN_MAX),
            output: tail(output.into(), OUTPUT_LEN_MAX),
            result: self.result(),
            next: None,
        };
        let client = &self.held.client;
        let answer = client.patient_call(
            client.options().result_deadline,
            true,
            &request,
            |channel, request| async move { trials(channel).fail_trial(request).await },
        );
        let answer = client.spooled(|| FinalReport::Fail(request.clone()), answer).await;
        let answer = self.noted(answer)?;
        self.end(Ending::Failed);
        Ok(Failed { requeued: answer.requeued, duplicate: answer.duplicate })
    }

    /// Gives the trial back: it is queued at once, and no failure is counted.
    ///
    /// # Errors
    /// As [`report`](Self::report).
    pub async fn release(&self, hint: Option<ResumeHint>) -> Result<(), Error> {
        let lease = Some(self.held.pulse.lease.clone());
        let request = v1::ReleaseTrialRequest { lease, resume: hint.map(v1::ResumeHint::from) };
        let answer = self
            .held
            .client
            .call(&request, |channel, request| async move { trials(channel).release_trial(request).await });
        self.noted(answer.await)?;
        self.end(Ending::Released);
        Ok(())
    }

    /// Renews the lease no more and does not give the trial back either: for whoever keeps its result elsewhere, to send
    /// it later.
    pub fn keep(self) -> Assignment {
        self.end(Ending::Kept);
        self.held.assignment.clone()
    }

    fn end(&self, ending: Ending) {
        // A second end of the same trial was a duplicate: the first one is what happened.
        let _ = self.held.ending.set(ending);
        self.held.client.heart().remove(&self.held.pulse);
    }

    /// Takes note of a refusal by which the attempt counts no more.
    fn noted<T>(&self, answer: Result<T, Error>) -> Result<T, Error> {
        if let Err(Error::Refused(refusal)) = &answer
            && answer.as_ref().is_err_and(Error::is_lease_lost)
        {
            self.held.pulse.lose(refusal.clone());
        }
        answer
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.ending.get().is_none() && !self.pulse.lost.is_cancelled() {
            self.client.heart().release(&self.pulse);
        }
    }
}
