//! Report: an intermediate value; also a sign of life.

use super::super::{Change, Decision, Reply, Report, ReportTrial, ResumeHint, Study, Transition, Trial};
use super::draft::Draft;
use super::{limits, standing};
use crate::{Refusal, Timestamp};

pub(super) fn decide(study: &Study, command: &ReportTrial, now: Timestamp) -> Result<Decision, Refusal> {
    command.loss.map_or(Ok(()), limits::check_loss)?;
    limits::check_metrics(&command.metrics)?;
    command.checkpoint_uri.as_deref().map_or(Ok(()), |uri| check_uri("checkpoint_uri", uri))?;
    let trial = standing::holder(study, &command.lease)?;

    let mut draft = Draft::new(study, now);
    let kept = study.index.reports(trial.number) < Trial::REPORTS_MAX;
    if kept {
        draft.push(Change::ReportAdded {
            trial: trial.number,
            report: Report {
                attempt: trial.attempt,
                step: command.step,
                loss: command.loss,
                metrics: command.metrics.clone(),
                at: now,
            },
        });
    }
    if let Some(uri) = &command.checkpoint_uri {
        draft.keep_hint(trial.number, &ResumeHint { step: command.step, checkpoint_uri: uri.clone() });
    }
    draft.renew(trial.number);
    Ok(draft.finish(Reply::Reported { stop: false, kept }))
}

/// # Errors
/// `invalid` unless the URI is of 1 to [`ResumeHint::URI_LEN_MAX`] bytes.
pub(super) fn check_uri(field: &str, uri: &str) -> Result<(), Refusal> {
    if uri.is_empty() || uri.len() > ResumeHint::URI_LEN_MAX {
        let message = format!("must be of 1 to {} bytes, not {}", ResumeHint::URI_LEN_MAX, uri.len());
        return Err(Refusal::invalid(field, message));
    }
    Ok(())
}

impl Draft<'_> {
    /// Notes where the next attempt can go on.
    pub(super) fn keep_hint(&mut self, number: super::super::TrialNumber, hint: &ResumeHint) {
        let changed = self.trial(number).filter(|trial| trial.hint.as_ref() != Some(hint)).cloned();
        if let Some(mut trial) = changed {
            trial.hint = Some(hint.clone());
            self.put(trial, Transition::HintKept);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::super::fixture::Bench;
    use super::super::super::{Command, Effect, Event, LeaseRef, TrialNumber};
    use super::*;
    use crate::Code;

    fn report(lease: &LeaseRef, step: u64) -> ReportTrial {
        let metrics = BTreeMap::from([("accuracy".to_owned(), 0.75)]);
        ReportTrial { lease: lease.clone(), step, loss: Some(0.25), metrics, checkpoint_uri: None }
    }

    #[test]
    fn it_is_kept_published_and_a_sign_of_life() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.pass(10_000);
        let reply = bench.tell(Command::Report(report(&lease, 3)));
        assert_eq!(reply, Ok(Reply::Reported { stop: false, kept: true }));
        let metrics = BTreeMap::from([("accuracy".to_owned(), 0.75)]);
        let kept = Report { attempt: 1, step: 3, loss: Some(0.25), metrics, at: bench.now };
        let trial = TrialNumber(0);
        let until = bench.now.plus_millis(30_000);
        let expected = [Change::ReportAdded { trial, report: kept }, Change::LeaseRenewed { trial, until }];
        assert_eq!(bench.changes, expected);
        assert_eq!(bench.study.next_timer(), Some(until));
        let rev = bench.study.version();
        let event = Event::Report { rev, number: trial, step: 3, loss: Some(0.25), at: bench.now };
        assert_eq!(bench.effects, [Effect::Publish(event)]);
    }

    #[test]
    fn so_many_values_of_an_attempt_are_kept_and_more_are_signs_of_life() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        for step in 0..u64::from(Trial::REPORTS_MAX) {
            let reply = bench.tell(Command::Report(report(&lease, step)));
            assert_eq!(reply, Ok(Reply::Reported { stop: false, kept: true }));
        }
        bench.pass(10_000);
        let more = ReportTrial { checkpoint_uri: Some("s3://models/1".to_owned()), ..report(&lease, 1) };
        let reply = bench.tell(Command::Report(more));
        assert_eq!(reply, Ok(Reply::Reported { stop: false, kept: false }));
        assert!(!bench.changes.iter().any(|change| matches!(change, Change::ReportAdded { .. })));
        assert_eq!(bench.study.next_timer(), Some(bench.now.plus_millis(30_000)));
        assert!(bench.trial(0).hint.is_some(), "where to go on is kept");
        bench.expire();
        bench.pass(60_000);
        let next = bench.lease();
        let reply = bench.tell(Command::Report(report(&next, 0)));
        assert_eq!(reply, Ok(Reply::Reported { stop: false, kept: true }), "another attempt has its own");
    }

    #[test]
    fn the_last_checkpoint_is_handed_to_the_next_attempt() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        for step in [1, 2] {
            let uri = Some(format!("s3://models/{step}"));
            let command = ReportTrial { checkpoint_uri: uri, ..report(&lease, step) };
            bench.tell(Command::Report(command)).expect("kept");
            assert_eq!(bench.transitions(), [(0, Transition::HintKept)]);
        }
        bench.tell(Command::Report(report(&lease, 3))).expect("kept");
        let hint = ResumeHint { step: 2, checkpoint_uri: "s3://models/2".to_owned() };
        assert_eq!(bench.trial(0).hint, Some(hint.clone()));
        bench.expire();
        bench.reload();
        bench.pass(60_000);
        assert_eq!(bench.lease().attempt, 2);
        assert_eq!(bench.trial(0).hint, Some(hint));
    }

    #[test]
    fn bad_values_are_refused_by_their_names_and_change_nothing() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        let good = report(&lease, 1);
        let uri = |length: usize| Some("u".repeat(length));
        let bad = [
            (ReportTrial { loss: Some(f64::NAN), ..good.clone() }, "loss: must be a finite number, not NaN"),
            (
                ReportTrial { metrics: BTreeMap::from([("a".to_owned(), f64::INFINITY)]), ..good.clone() },
                "metrics.a: must be a finite number, not inf",
            ),
            (
                ReportTrial { checkpoint_uri: uri(4_097), ..good.clone() },
                "checkpoint_uri: must be of 1 to 4096 bytes, not 4097",
            ),
            (
                ReportTrial { checkpoint_uri: uri(0), ..good.clone() },
                "checkpoint_uri: must be of 1 to 4096 bytes, not 0",
            ),
        ];
        for (command, text) in bad {
            assert_eq!(bench.refused(Command::Report(command)), (Code::Invalid, text.to_owned()));
            assert_eq!(bench.changes, []);
        }
        let longest = ReportTrial { checkpoint_uri: uri(4_096), ..good };
        bench.tell(Command::Report(longest)).expect("kept");
    }

    #[test]
    fn a_lost_lease_reports_nothing() {
        let mut bench = Bench::new(|_| ());
        let lease = bench.lease();
        bench.expire();
        assert_eq!(bench.refused(Command::Report(report(&lease, 1))).0, Code::LeaseLost);
        assert_eq!(bench.changes, []);
    }
}
