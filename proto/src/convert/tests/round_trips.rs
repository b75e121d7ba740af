//! What goes there and back is the same.

use proptest::prelude::*;
use tunewright_core::name::{LeaseId, PoolName, WorkerId};
use tunewright_core::space::Node;
use tunewright_core::study::{
    AddTrial, Attachment, AttachmentKey, AttachmentName, Counts, Event, LeaseRef, ResumeHint, Runtime,
    Sha256, StudySpec, Transition, TrialNumber, TrialState, UpdateStudy, Version,
};
use tunewright_core::{Refusal, Timestamp};

use super::arbitrary::{
    algorithm, finite, header, name, node, objective, point, reason, result, spec, study_ref, trial,
};
use crate::convert::{
    Assignment, BestLoss, ForStudy, StudyAttachment, StudyInfo, StudyLease, TrialInfo, WatchEvent,
    WorkerHello, WorkerInfo,
};
use crate::v1;

fn transition() -> impl Strategy<Value = Transition> {
    prop_oneof![
        Just(Transition::Enqueued),
        Just(Transition::Leased),
        reason().prop_map(Transition::Requeued),
        Just(Transition::Completed),
        Just(Transition::Pruned),
        reason().prop_map(Transition::Failed),
        Just(Transition::Cancelled),
        Just(Transition::HintKept),
        Just(Transition::OrphanKept),
    ]
}

prop_compose! {
    fn lease()(
        study in study_ref(), trial in any::<u64>(), attempt in 1..u32::MAX, id in name(),
    ) -> StudyLease {
        let lease = LeaseId::new(id).expect("legal");
        StudyLease::new(study, LeaseRef { trial: TrialNumber(trial), attempt, lease })
    }
}

prop_compose! {
    fn runtime()(
        pickled in any::<bool>(), python_version in "[0-9.a-z]{1,32}", cloudpickle_version in "[0-9.]{1,32}",
    ) -> Runtime {
        Runtime { pickled, python_version, cloudpickle_version }
    }
}

prop_compose! {
    fn attachment()(
        study in study_ref(),
        trial in proptest::option::of(any::<u64>()),
        name in "[^\\p{Cc}]{1,100}",
        size in any::<u64>(),
        digest in any::<[u8; 32]>(),
    ) -> StudyAttachment {
        let name = AttachmentName::new(name).expect("legal");
        let key = AttachmentKey { trial: trial.map(TrialNumber), name };
        StudyAttachment { study, attachment: Attachment { key, size, sha256: Sha256::of_digest(digest) } }
    }
}

/// Through the very bytes, so that a wrong tag or type cannot hide.
fn sent<M: prost::Message + Default>(message: &M) -> M {
    M::decode(message.encode_to_vec().as_slice()).expect("what was encoded")
}

fn there_and_back<T, M>(value: &T, wire: M) -> Result<T, Refusal>
where
    T: TryFrom<M, Error = Refusal> + PartialEq + std::fmt::Debug,
    M: prost::Message + Default,
{
    let back = T::try_from(sent(&wire))?;
    assert_eq!(&back, value);
    Ok(back)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn attachments(attachment in attachment()) {
        there_and_back(&attachment, v1::Attachment::from(&attachment))?;
    }

    #[test]
    fn nodes(node in node()) {
        there_and_back(&node, v1::SpaceNode::try_from(&node)?)?;
        prop_assert!(matches!(node, Node::Constant(_) | Node::List(_) | Node::Map(_) | Node::Parameter(_) | Node::Choice(_)));
    }

    #[test]
    fn specs(spec in spec()) {
        there_and_back(&spec, v1::StudySpec::try_from(&spec)?)?;
    }

    #[test]
    fn studies(header in header(), best in prop::option::of((any::<u64>(), finite())), running in any::<u64>()) {
        let best = best.map(|(trial, loss)| BestLoss { trial: TrialNumber(trial), loss });
        let counts = Counts { running, completed: 7, ..Counts::default() };
        let study = StudyInfo::new(&header, Version(9), counts, best, "fsynced");
        there_and_back(&study, v1::Study::try_from(&study)?)?;
        let event = WatchEvent::Study(Box::new(study));
        there_and_back(&event, v1::WatchStudyResponse::try_from(event.clone())?)?;
    }

    #[test]
    fn trials(trial in trial()) {
        let info = TrialInfo::from(&trial);
        prop_assert_eq!(&info.point, trial.point.as_ref().unwrap_or(&trial.fixed));
        there_and_back(&info, v1::Trial::try_from(info.clone())?)?;
    }

    #[test]
    fn events(
        number in any::<u64>(), state in prop::sample::select(TrialState::ALL.to_vec()), transition in transition(),
        loss in prop::option::of(finite()), missed in any::<u64>(),
    ) {
        let (rev, number, at) = (Version(3), TrialNumber(number), Timestamp(5));
        let trial = Event::Trial { rev, number, state, transition, attempt: 2, loss, at };
        let report = Event::Report { rev, number, step: 4, loss, at };
        for event in [trial, report] {
            let event = WatchEvent::of_trial(&event).expect("not of the study itself");
            there_and_back(&event, v1::WatchStudyResponse::try_from(event.clone())?)?;
        }
        let gap = WatchEvent::Gap { missed };
        there_and_back(&gap, v1::WatchStudyResponse::try_from(gap.clone())?)?;
    }

    #[test]
    fn leases_and_assignments(
        lease in lease(), point in point(), ttl in 1..u64::MAX, timeout in any::<Option<u64>>(),
        hint in prop::option::of((any::<u64>(), ".{0,9}")), objective in prop::option::of(objective()),
    ) {
        there_and_back(&lease, v1::LeaseRef::from(&lease))?;
        prop_assert_eq!(StudyLease::new(lease.study.clone(), lease.token()), lease.clone());
        let assignment = Assignment {
            lease,
            config: serde_json::json!({"model": {"name": "svm", "C": 1.5, "degree": 3, "shrink": true}}),
            point,
            lease_ttl_ms: ttl,
            trial_timeout_ms: timeout,
            resume: hint.map(|(step, checkpoint_uri)| ResumeHint { step, checkpoint_uri }),
            durability: "memory".to_owned(),
            objective,
        };
        there_and_back(&assignment, v1::Assignment::try_from(assignment.clone())?)?;
    }

    #[test]
    fn workers(
        id in name(), pool in name(), lease in lease(), study in study_ref(), slots in any::<u32>(),
        runtime in prop::option::of(runtime()),
    ) {
        let pools = vec![PoolName::new(pool).expect("legal")];
        let id = WorkerId::new(id).expect("legal");
        let (host, version) = ("node-1".to_owned(), "0.1.0".to_owned());
        let labels = [("zone".to_owned(), "a".to_owned())].into();
        let hello = WorkerHello {
            id: id.clone(), host: host.clone(), version: version.clone(), pools: pools.clone(),
            studies: vec![study], slots, labels, runtime: runtime.clone(),
        };
        there_and_back(&hello, v1::WorkerHello::from(hello.clone()))?;
        let info = WorkerInfo {
            id, host, version, pools, slots, busy: 1, draining: true,
            attached_at: Timestamp(1), last_heard: Timestamp(2), leases: vec![lease], runtime,
        };
        there_and_back(&info, v1::Worker::from(info.clone()))?;
    }

    #[test]
    fn additions(
        study in study_ref(), point in point(), loss in prop::option::of(finite()),
        metrics in prop::collection::btree_map("[a-z]{1,5}", finite(), 0..4),
        reason in prop::option::of(reason()), message in ".{0,9}", result in result(),
        request_id in prop::option::of(name()),
    ) {
        let command = AddTrial { point, loss, metrics, reason, message, result, request_id };
        let add = ForStudy { study, command };
        there_and_back(&add, v1::AddTrialRequest::try_from(add.clone())?)?;
    }

    #[test]
    fn updates(
        study in study_ref(),
        (max_trials, timeout_ms) in any::<(Option<Option<u64>>, Option<Option<u64>>)>(),
        loss_threshold in prop::option::of(prop::option::of(finite())),
        (max_failed, parallelism) in any::<(Option<Option<u64>>, Option<Option<u32>>)>(),
        objective in prop::option::of(prop::option::of(objective())),
        algorithm in prop::option::of(algorithm()),
        note in prop::option::of(".{0,9}"),
        tags in prop::option::of(prop::collection::btree_map("[a-z]{1,5}", ".{0,5}", 0..4)),
    ) {
        prop_assume!(![max_trials, timeout_ms].contains(&Some(Some(0))) && parallelism != Some(Some(0)));
        let command = UpdateStudy {
            max_trials, timeout_ms, loss_threshold, max_failed, parallelism, algorithm, objective, note, tags,
        };
        let update = ForStudy { study, command };
        there_and_back(&update, v1::UpdateStudyRequest::from(update.clone()))?;
    }
}

#[test]
fn what_is_left_out_of_a_spec_has_its_default() {
    let unit = v1::RealRange { low: 0.0, high: 1.0, step: 0.0, log: false };
    let parameter = v1::SpaceParameter {
        label: "x".to_owned(),
        distribution: Some(v1::space_parameter::Distribution::Uniform(unit)),
    };
    let space = v1::SpaceNode { kind: Some(v1::space_node::Kind::Parameter(parameter)) };
    let spec = StudySpec::try_from(v1::StudySpec { space: Some(space), ..v1::StudySpec::default() });
    let written = serde_json::json!({"space": {"type": "uniform", "label": "x", "low": 0, "high": 1}});
    let expected: StudySpec = serde_json::from_value(written).expect("a spec as people write it");
    assert_eq!(spec, Ok(expected));
}
