//! What is wrong is refused, with the field and what it must be.

use tunewright_core::Refusal;
use tunewright_core::space::Node;
use tunewright_core::study::{
    CompleteTrial, EnqueueTrial, FailTrial, PruneTrial, ReleaseTrial, ReportTrial, StudySpec, TrialResult,
    UpdateStudy,
};
use tunewright_core::suggest::{Algorithm, HyperoptTpeSettings};

use crate::convert::{
    Assignment, ForStudy, SPACE_DEPTH_MAX, StudyAttachment, StudyLease, WorkerHello, states_from_wire,
    study_from_wire,
};
use crate::v1::{self, space_node::Kind, space_parameter::Distribution};

fn says<T: std::fmt::Debug>(result: Result<T, Refusal>, message: &str) {
    assert_eq!(result.expect_err("it is wrong").to_string(), message);
}

fn node(kind: Kind) -> v1::SpaceNode {
    v1::SpaceNode { kind: Some(kind) }
}

fn parameter(distribution: Option<Distribution>) -> v1::SpaceNode {
    node(Kind::Parameter(v1::SpaceParameter { label: String::new(), distribution }))
}

fn map(key: &str, node: Option<v1::SpaceNode>) -> v1::SpaceNode {
    let entries = vec![v1::SpaceNodeEntry { key: key.to_owned(), node }];
    self::node(Kind::Map(v1::SpaceNodeMap { entries }))
}

fn range(low: f64, high: f64) -> v1::RealRange {
    v1::RealRange { low, high, step: 0.0, log: false }
}

fn spec() -> v1::StudySpec {
    let space = map("C", Some(parameter(Some(Distribution::Uniform(range(0.0, 1.0))))));
    v1::StudySpec { space: Some(space), ..v1::StudySpec::default() }
}

#[test]
fn bad_nodes_are_named_by_their_path() {
    let stepped = v1::RealRange { step: 0.5, ..range(0.0, 1.0) };
    let logged = v1::RealRange { log: true, ..range(0.0, 1.0) };
    let int_logged = v1::IntRange { low: 1, high: 2, step: 0, log: true };
    let wide = v1::Gaussian { mu: 0.0, sigma: 1.0, step: 0.5 };
    let nan = v1::Value { kind: Some(v1::value::Kind::DoubleValue(f64::NAN)) };
    let option = |node| v1::SpaceChoice {
        options: vec![v1::SpaceOption { node, ..Default::default() }],
        ..Default::default()
    };
    let empty = v1::SpaceNode::default();
    for (wrong, message) in [
        (
            map("a", Some(empty.clone())),
            "a: must be a constant, a list, a map, a parameter or a choice, but the node is empty",
        ),
        (map("a", None), "a.node: must be given"),
        (
            map("a", Some(node(Kind::List(v1::SpaceNodeList { items: vec![parameter(None)] })))),
            "a.0: a parameter must have a distribution",
        ),
        (map("a", Some(node(Kind::Choice(option(None))))), "a.0.node: must be given"),
        (
            map("a", Some(node(Kind::Choice(option(Some(parameter(None))))))),
            "a.0: a parameter must have a distribution",
        ),
        (map("a", Some(node(Kind::Constant(nan)))), "a: must be a finite number, not `NaN`"),
        (map("C", Some(parameter(Some(Distribution::Uniform(stepped))))), "C: `uniform` takes no step"),
        (map("C", Some(parameter(Some(Distribution::Quniform(logged))))), "C: `quniform` takes no log"),
        (map("C", Some(parameter(Some(Distribution::Normal(wide))))), "C: `normal` takes no step"),
        (map("C", Some(parameter(Some(Distribution::Randint(int_logged))))), "C: `randint` takes no log"),
    ] {
        says(Node::try_from(wrong), message);
    }
}

#[test]
fn a_tree_that_is_too_deep_is_refused_and_not_followed() {
    let deep = |levels: usize| (0..levels).fold(parameter(None), |inner, _| map("k", Some(inner)));
    let refusal = Node::try_from(deep(10_000.min(SPACE_DEPTH_MAX * 4))).expect_err("too deep");
    assert_eq!(refusal.message, "must be at most 64 levels deep");
    let leaf = Node::Constant(serde_json::json!(1));
    let deep = (0..SPACE_DEPTH_MAX).fold(leaf, |inner, _| Node::List(vec![inner]));
    let refusal = v1::SpaceNode::try_from(&deep).expect_err("too deep");
    assert_eq!(refusal.message, "must be at most 64 levels deep");
}

#[test]
fn bad_algorithms_are_told_what_is_known() {
    let algorithm = |name: &str, settings: &[(&str, f64)]| {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        v1::StudySpec {
            algorithm: Some(v1::Algorithm { name: name.to_owned(), settings, ..Default::default() }),
            ..spec()
        }
    };
    for (wrong, message) in [
        (
            algorithm("bayes", &[]),
            "algorithm.name: must be one of `auto`, `gp`, `tpe`, `cmaes`, `qmc`, `grid`, `anneal`, `random`, \
             `external`, `mix`, not `bayes`",
        ),
        (
            algorithm("", &[]),
            "algorithm.name: must be one of `auto`, `gp`, `tpe`, `cmaes`, `qmc`, `grid`, `anneal`, `random`, \
             `external`, `mix`, not ``",
        ),
        (
            algorithm("tpe", &[("gama", 0.2)]),
            "algorithm.settings.gama: `tpe` has no such setting; it has `n_startup`, `n_ei`, `prior_weight`",
        ),
        (algorithm("random", &[("gamma", 0.2)]), "algorithm.settings.gamma: `random` has no settings"),
        (
            algorithm("tpe", &[("gamma", f64::NAN)]),
            "algorithm.settings.gamma: must be > 0 and at most 2, not `NaN`",
        ),
        (
            algorithm("tpe", &[("n_ei", 0.0)]),
            "algorithm.settings.n_ei: must be an integer from 1 to 10000, not `0`",
        ),
        (
            algorithm("tpe", &[("n_startup", 2.5)]),
            "algorithm.settings.n_startup: must be an integer from 0 to 4294967295, not `2.5`",
        ),
        (
            algorithm("anneal", &[("avg_best_idx", 0.5)]),
            "algorithm.settings.avg_best_idx: must be >= 1 and finite, not `0.5`",
        ),
    ] {
        says(StudySpec::try_from(wrong), message);
    }
    let half = StudySpec::try_from(algorithm("tpe", &[("gamma", 0.5)])).expect("a good one");
    let expected = HyperoptTpeSettings { gamma: 0.5, ..HyperoptTpeSettings::default() };
    assert_eq!(half.algorithm, Algorithm::HyperoptTpe(expected), "the others keep their defaults");
}

#[test]
fn bad_specs_name_the_field() {
    let budget = |budget| v1::StudySpec { budget: Some(budget), ..spec() };
    let none = v1::Budget::default;
    let rule =
        |trials, percent| v1::Budget { no_progress: Some(v1::NoProgress { trials, percent }), ..none() };
    let reversed = map("C", Some(parameter(Some(Distribution::Uniform(range(1.0, 0.0))))));
    let many_tags = (0..65).map(|at| (at.to_string(), String::new())).collect();
    let long = "x".repeat(257);
    for (wrong, message) in [
        (v1::StudySpec { space: None, ..spec() }, "space: must be given"),
        (v1::StudySpec { space: Some(map("a", None)), ..spec() }, "space.a.node: must be given"),
        (v1::StudySpec { space: Some(reversed), ..spec() }, "space.C: low must be < high"),
        (
            budget(v1::Budget { max_trials: Some(0), ..none() }),
            "budget.max_trials: must be at least 1, not `0`",
        ),
        (
            budget(v1::Budget { timeout_ms: Some(0), ..none() }),
            "budget.timeout_ms: must be at least 1, not `0`",
        ),
        (
            budget(v1::Budget { loss_threshold: Some(f64::NEG_INFINITY), ..none() }),
            "budget.loss_threshold: must be a finite number, not `-inf`",
        ),
        (budget(rule(0, 1.0)), "budget.no_progress.trials: must be at least 1, not `0`"),
        (budget(rule(5, -1.0)), "budget.no_progress.percent: must be at least 0, not `-1`"),
        (v1::StudySpec { parallelism: Some(0), ..spec() }, "parallelism: must be at least 1, not `0`"),
        (
            v1::StudySpec { lease_ttl_ms: Some(999), ..spec() },
            "lease_ttl_ms: must be from 1000 to 86400000, not `999`",
        ),
        (
            v1::StudySpec { trial_timeout_ms: Some(0), ..spec() },
            "trial_timeout_ms: must be at least 1, not `0`",
        ),
        (
            v1::StudySpec { pool: "gpu pool".to_owned(), ..spec() },
            "pool: must be made of letters, digits, `.`, `_` and `-`; `gpu pool` has ' '",
        ),
        (
            v1::StudySpec { note: "x".repeat(65_537), ..spec() },
            "note: must be at most 65536 bytes, not 65537",
        ),
        (v1::StudySpec { tags: many_tags, ..spec() }, "tags: must be at most 64 tags, not 65"),
        (
            v1::StudySpec { tags: [("team".to_owned(), long)].into(), ..spec() },
            "tags: `team` must be at most 256 bytes on each side",
        ),
    ] {
        says(StudySpec::try_from(wrong), message);
    }
    assert!(StudySpec::try_from(spec()).is_ok(), "the table starts from a good one");
}

#[test]
fn bad_references_name_the_field() {
    let study =
        |project: &str, name: &str| Some(v1::StudyRef { project: project.to_owned(), name: name.to_owned() });
    let lease = |attempt, id: &str| v1::LeaseRef {
        study: study("", "digits"),
        trial: 3,
        attempt,
        lease_id: id.to_owned(),
    };
    says(study_from_wire(None), "study: must be given");
    says(study_from_wire(study("", "")), "study.name: must not be empty");
    says(
        study_from_wire(study("a/b", "x")),
        "study.project: must be made of letters, digits, `.`, `_` and `-`; `a/b` has '/'",
    );
    assert_eq!(study_from_wire(study("", "x")).map(|study| study.to_string()), Ok("default/x".to_owned()));
    says(StudyLease::try_from(lease(1, "")), "lease_id: must not be empty");
    says(StudyLease::try_from(lease(0, "l")), "attempt: must be at least 1, not `0`");
    says(StudyLease::try_from(v1::LeaseRef { study: None, ..lease(1, "l") }), "study: must be given");
    says(states_from_wire(&[2, 99]), "states.1: must be a known state, not number 99");
    says(states_from_wire(&[0]), "states.0: must be given");

    let complete = |lease| v1::CompleteTrialRequest { lease, loss: 1.0, ..Default::default() };
    says(ForStudy::<CompleteTrial>::try_from(complete(None)), "lease: must be given");
    says(
        ForStudy::<CompleteTrial>::try_from(complete(Some(lease(1, "")))),
        "lease.lease_id: must not be empty",
    );
    assert!(ForStudy::<CompleteTrial>::try_from(complete(Some(lease(1, "l")))).is_ok());
    let fail = |reason| v1::FailTrialRequest { lease: Some(lease(1, "l")), reason, ..Default::default() };
    says(ForStudy::<FailTrial>::try_from(fail(0)), "reason: must be given");
    says(ForStudy::<FailTrial>::try_from(fail(77)), "reason: must be a known reason, not number 77");

    let uri = "u".repeat(4_097);
    let report = v1::ReportTrialRequest {
        lease: Some(lease(1, "l")),
        checkpoint_uri: uri.clone(),
        ..Default::default()
    };
    says(ForStudy::<ReportTrial>::try_from(report), "checkpoint_uri: must be at most 4096 bytes, not 4097");
    let resume = Some(v1::ResumeHint { step: 1, checkpoint_uri: uri });
    let release = v1::ReleaseTrialRequest { lease: Some(lease(1, "l")), resume };
    says(
        ForStudy::<ReleaseTrial>::try_from(release),
        "resume.checkpoint_uri: must be at most 4096 bytes, not 4097",
    );
}

#[test]
fn bad_requests_name_the_field() {
    let study = Some(v1::StudyRef { project: String::new(), name: "digits".to_owned() });
    let enqueue = |point| v1::EnqueueTrialRequest { study: study.clone(), point, request_id: String::new() };
    says(ForStudy::<EnqueueTrial>::try_from(enqueue(None)), "point: must be given");
    let values = [("C".to_owned(), v1::ParamValue { kind: None })].into();
    says(
        ForStudy::<EnqueueTrial>::try_from(enqueue(Some(v1::Point { values }))),
        "point.C: must be an integer, a float or the name of an option",
    );

    let update = v1::UpdateStudyRequest { study, ..Default::default() };
    for (wrong, message) in [
        (v1::UpdateStudyRequest { study: None, ..update.clone() }, "study: must be given"),
        (
            v1::UpdateStudyRequest { max_trials: Some(0), ..update.clone() },
            "max_trials: must be at least 1, not `0`",
        ),
        (
            v1::UpdateStudyRequest { loss_threshold: Some(f64::NAN), ..update.clone() },
            "loss_threshold: must be a finite number, not `NaN`",
        ),
        (
            v1::UpdateStudyRequest { clear: vec!["note".to_owned()], ..update.clone() },
            "clear: must be among `max_trials`, `timeout_ms`, `loss_threshold`, `max_failed`, `parallelism`, \
             `objective`, not `note`",
        ),
        (
            v1::UpdateStudyRequest {
                max_failed: Some(1),
                clear: vec!["max_failed".to_owned()],
                ..update.clone()
            },
            "max_failed: must not be given and cleared at once",
        ),
        (
            v1::UpdateStudyRequest { objective: Some(v1::Objective::default()), ..update },
            "objective: must be a `function` or `pickled`, but it is empty",
        ),
    ] {
        says(ForStudy::<UpdateStudy>::try_from(wrong), message);
    }

    says(Assignment::try_from(v1::Assignment::default()), "point: must be given");
    let hello = v1::WorkerHello { worker_id: "w".to_owned(), ..Default::default() };
    assert_eq!(WorkerHello::try_from(hello.clone()).expect("good").pools.len(), 1, "the default pool");
    says(
        WorkerHello::try_from(v1::WorkerHello { worker_id: String::new(), ..hello.clone() }),
        "worker_id: must not be empty",
    );
    let unnamed = vec![v1::StudyRef::default()];
    says(
        WorkerHello::try_from(v1::WorkerHello { studies: unnamed, ..hello.clone() }),
        "studies.0.name: must not be empty",
    );
    let nameless = v1::WorkerRuntime { pickled: true, ..Default::default() };
    says(
        WorkerHello::try_from(v1::WorkerHello { runtime: Some(nameless), ..hello }),
        "runtime.python_version: must be given by a worker that runs pickled functions",
    );
}

#[test]
fn a_mix_is_of_algorithms_that_propose() {
    let plain = |name: &str| v1::Algorithm { name: name.to_owned(), ..Default::default() };
    let share = |algorithm| v1::AlgorithmShare { weight: 1.0, algorithm };
    let mix = |mix| v1::Algorithm { mix, ..plain("mix") };
    let nested = mix(vec![share(Some(plain("random"))), share(Some(mix(Vec::new())))]);
    let says_so = "must be one that proposes points by itself";
    let settings = [("gamma".to_owned(), 1.0)].into();
    let odd_setting = v1::Algorithm { settings, ..plain("random") };
    for (wrong, message) in [
        (nested, format!("mix.1.algorithm.name: {says_so}, not `mix`")),
        (
            mix(vec![share(Some(plain("external")))]),
            format!("mix.0.algorithm.name: {says_so}, not `external`"),
        ),
        (mix(vec![share(None)]), "mix.0.algorithm: must be given".to_owned()),
        (
            mix(vec![share(Some(odd_setting))]),
            "mix.0.algorithm.settings.gamma: `random` has no settings".to_owned(),
        ),
        (
            v1::Algorithm { mix: vec![share(Some(plain("random")))], ..plain("tpe") },
            "mix: must only be given with the name `mix`".to_owned(),
        ),
        (
            v1::Algorithm { mode: "hyperopt".to_owned(), ..plain("random") },
            "mode: must only be given with the name `tpe`".to_owned(),
        ),
        (
            v1::Algorithm { mode: "optuna".to_owned(), ..plain("tpe") },
            "mode: must be one of `multivariate`, `hyperopt`, not `optuna`".to_owned(),
        ),
    ] {
        says(Algorithm::try_from(wrong), &message);
    }
}

#[test]
fn what_an_attempt_told_is_a_map_of_what_json_can_hold() {
    let value = |kind| v1::Value { kind: Some(kind) };
    let map = |key: &str, item| {
        value(v1::value::Kind::MapValue(v1::ValueMap { entries: [(key.to_owned(), item)].into() }))
    };
    let lease = Some(v1::LeaseRef {
        study: Some(v1::StudyRef { project: String::new(), name: "s".to_owned() }),
        trial: 0,
        attempt: 1,
        lease_id: "l-1".to_owned(),
    });
    let complete = |result| v1::CompleteTrialRequest { lease: lease.clone(), result, ..Default::default() };
    let read = |result| ForStudy::<CompleteTrial>::try_from(complete(result)).map(|sent| sent.command.result);
    let number = |number| value(v1::value::Kind::DoubleValue(number));
    let list = |items| value(v1::value::Kind::ListValue(v1::ValueList { items }));
    assert_eq!(read(None), Ok(TrialResult::default()));
    let told = read(Some(map("ratio", number(0.5)))).expect("a map");
    assert_eq!(serde_json::Value::Object(told), serde_json::json!({"ratio": 0.5}));
    let says_of = |result, message| says(read(Some(result)), message);
    says_of(number(0.5), "result: must be a map");
    says_of(list(Vec::new()), "result: must be a map");
    let nan = map("curve", list(vec![number(0.5), number(f64::NAN)]));
    says_of(nan, "result.curve.1: must be a finite number, not `NaN`");
    says_of(map("best", number(f64::INFINITY)), "result.best: must be a finite number, not `inf`");
    let request = v1::FailTrialRequest {
        lease: lease.clone(),
        reason: v1::EndReason::ObjectiveError.into(),
        result: Some(number(1.0)),
        ..Default::default()
    };
    says(ForStudy::<FailTrial>::try_from(request), "result: must be a map");
    let request = v1::PruneTrialRequest { lease, result: Some(number(1.0)), ..Default::default() };
    says(ForStudy::<PruneTrial>::try_from(request), "result: must be a map");
}

#[test]
fn bad_attachments_are_named() {
    let sound = || v1::Attachment {
        key: Some(v1::AttachmentRef {
            study: Some(v1::StudyRef { project: String::new(), name: "digits".to_owned() }),
            trial: None,
            name: "model".to_owned(),
        }),
        size: 3,
        sha256: "0".repeat(64),
    };
    StudyAttachment::try_from(sound()).expect("sound");
    let change = |change: fn(&mut v1::AttachmentRef)| {
        let mut attachment = sound();
        change(attachment.key.as_mut().expect("a key"));
        attachment
    };
    for (wrong, message) in [
        (v1::Attachment { key: None, ..sound() }, "key: must be given"),
        (change(|key| key.study = None), "key.study: must be given"),
        (change(|key| key.name.clear()), "key.name: must not be empty"),
        (
            v1::Attachment { sha256: "0".to_owned(), ..sound() },
            "sha256: must be 64 lowercase hexadecimal digits",
        ),
    ] {
        says(StudyAttachment::try_from(wrong), message);
    }
}
