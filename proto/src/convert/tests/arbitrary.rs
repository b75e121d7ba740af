//! Random studies and trials.

use proptest::prelude::*;
use tunewright_core::Timestamp;
use tunewright_core::name::{LeaseId, PoolName, ProjectName, StudyId, StudyName, WorkerId};
use tunewright_core::space::{
    ChoiceNode, ChoiceOption, Distribution, Node, ParamValue, ParameterNode, Point, Space,
};
use tunewright_core::study::{
    Attempt, Budget, EndCause, EndReason, Header, Lease, Lessee, NoProgress, Objective, Origin, Orphan,
    Outcome, PickledFunction, ResumeHint, RetryPolicy, Status, StudyRef, StudySpec, Trial, TrialNumber,
    TrialResult, TrialState, Version,
};
use tunewright_core::suggest::{
    Algorithm, AlgorithmShare, AnnealSettings, Credit, GridSettings, HyperoptMode, HyperoptTpeSettings,
    MixSettings, TpeSettings,
};

pub(super) fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9][A-Za-z0-9._-]{0,11}"
}

pub(super) fn study_ref() -> impl Strategy<Value = StudyRef> {
    (name(), name()).prop_map(|(project, study)| {
        StudyRef::new(ProjectName::new(project).expect("legal"), StudyName::new(study).expect("legal"))
    })
}

pub(super) fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("finite", |x| x.is_finite())
}

fn distribution() -> impl Strategy<Value = Distribution> {
    let bounds = (-1e3..1e3, 4.0..1e3).prop_map(|(low, width)| (low, low + width));
    let positive = (1e-3..1e3, 1.0..1e3).prop_map(|(low, width): (f64, f64)| (low, low + width));
    let law = (-9.0..9.0, 0.1..3.0);
    let ints = (1i64..1_000, 4i64..1_000).prop_map(|(low, width)| (low, low + width));
    let q = 0.5..2.0;
    prop_oneof![
        bounds.clone().prop_map(|(low, high)| Distribution::Uniform { low, high }),
        (bounds.clone(), q.clone()).prop_map(|((low, high), q)| Distribution::QUniform { low, high, q }),
        positive.clone().prop_map(|(low, high)| Distribution::LogUniform { low, high }),
        (positive.clone(), q.clone()).prop_map(|((low, high), q)| Distribution::QLogUniform { low, high, q }),
        law.clone().prop_map(|(mu, sigma)| Distribution::Normal { mu, sigma }),
        (law.clone(), q.clone()).prop_map(|((mu, sigma), q)| Distribution::QNormal { mu, sigma, q }),
        law.clone().prop_map(|(mu, sigma)| Distribution::LogNormal { mu, sigma }),
        (law, q.clone()).prop_map(|((mu, sigma), q)| Distribution::QLogNormal { mu, sigma, q }),
        ints.clone().prop_map(|(low, high)| Distribution::UniformInt { low, high }),
        ints.clone().prop_map(|(low, high)| Distribution::RandInt { low, high }),
        (ints.clone(), 1i64..4).prop_map(|((low, high), step)| Distribution::Int {
            low,
            high,
            step,
            log: false
        }),
        ints.prop_map(|(low, high)| Distribution::Int { low, high, step: 1, log: true }),
        (bounds, prop::option::of(q)).prop_map(|((low, high), step)| Distribution::Float {
            low,
            high,
            step,
            log: false
        }),
        positive.prop_map(|(low, high)| Distribution::Float { low, high, step: None, log: true }),
    ]
}

fn options(probabilities: bool) -> impl Fn(Vec<Node>) -> Node + Clone {
    move |nodes| {
        // Powers of two: their sum is exactly 1.
        let mut rest = 1.0;
        let last = nodes.len() - 1;
        let options = nodes.into_iter().enumerate().map(|(at, node)| {
            let share = if at == last { rest } else { rest / 2.0 };
            rest -= share;
            ChoiceOption { name: format!("o{at}"), probability: probabilities.then_some(share), node }
        });
        Node::Choice(ChoiceNode { label: None, named: true, options: options.collect() })
    }
}

/// Trees in which every parameter has its path for a label.
pub(super) fn node() -> impl Strategy<Value = Node> {
    let constant = prop_oneof![
        any::<i64>().prop_map(serde_json::Value::from),
        finite().prop_map(serde_json::Value::from),
        "[a-z]{0,6}".prop_map(serde_json::Value::from),
        Just(serde_json::json!(null)),
    ];
    let leaf = prop_oneof![
        3 => distribution()
            .prop_map(|distribution| Node::Parameter(ParameterNode { label: None, distribution })),
        1 => constant.prop_map(Node::Constant),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let some = prop::collection::vec(inner, 2..5);
        prop_oneof![
            some.clone().prop_map(Node::List),
            some.clone().prop_map(|nodes| {
                let keys = (0..).map(|at| format!("k{at}"));
                Node::Map(keys.zip(nodes).collect())
            }),
            some.clone().prop_map(options(false)),
            some.prop_map(options(true)),
        ]
    })
}

fn space() -> impl Strategy<Value = Space> {
    let one = ParameterNode { label: None, distribution: Distribution::Uniform { low: 0.0, high: 1.0 } };
    node().prop_map(move |node| {
        let root = vec![("x".to_owned(), Node::Parameter(one.clone())), ("rest".to_owned(), node)];
        Space::try_from(Node::Map(root)).expect("a legal space")
    })
}

pub(super) fn algorithm() -> impl Strategy<Value = Algorithm> {
    let share =
        (0.01..9.0, plain_algorithm()).prop_map(|(weight, algorithm)| AlgorithmShare { weight, algorithm });
    prop_oneof![
        4 => plain_algorithm(),
        1 => Just(Algorithm::External),
        2 => prop::collection::vec(share, 1..4).prop_map(|of| Algorithm::Mix(MixSettings { of })),
    ]
}

fn plain_algorithm() -> impl Strategy<Value = Algorithm> {
    prop_oneof![
        prop::sample::select(vec![
            Algorithm::Auto,
            Algorithm::Gp,
            Algorithm::Cmaes,
            Algorithm::Qmc,
            Algorithm::Random,
        ]),
        (1u32..10_000).prop_map(|resolution| Algorithm::Grid(GridSettings { resolution })),
        (any::<u32>(), 1u32..10_000, 0.01..9.0).prop_map(|(n_startup, n_ei, prior_weight)| {
            Algorithm::Tpe(TpeSettings { n_startup, n_ei, prior_weight })
        }),
        (0.01..2.0, any::<u32>(), 1u32..10_000, 0.01..9.0, any::<u32>()).prop_map(
            |(gamma, n_startup, n_ei, prior_weight, linear_forgetting)| {
                let mode = HyperoptMode::Hyperopt;
                Algorithm::HyperoptTpe(HyperoptTpeSettings {
                    mode,
                    gamma,
                    n_startup,
                    n_ei,
                    prior_weight,
                    linear_forgetting,
                })
            }
        ),
        (1.0..9.0, 0.0..9.0).prop_map(|(avg_best_idx, shrink_coef)| {
            Algorithm::Anneal(AnnealSettings { avg_best_idx, shrink_coef })
        }),
    ]
}

fn budget() -> impl Strategy<Value = Budget> {
    let count = || prop::option::of(1..u64::MAX);
    let no_progress = (1..u64::MAX, 0.0..50.0).prop_map(|(trials, percent)| NoProgress { trials, percent });
    (count(), count(), prop::option::of(finite()), prop::option::of(no_progress), any::<Option<u64>>())
        .prop_map(|(max_trials, timeout_ms, loss_threshold, no_progress, max_failed)| Budget {
            max_trials,
            timeout_ms,
            loss_threshold,
            no_progress,
            max_failed,
        })
}

prop_compose! {
    pub(super) fn spec()(
        space in space(),
        algorithm in algorithm(),
        seed in any::<u64>(),
        budget in budget(),
        (max_failures, max_losses, backoff_ms, backoff_max_ms) in any::<(u32, u32, u64, u64)>(),
        parallelism in prop::option::of(1..u32::MAX),
        lease_ttl_ms in 1_000..=86_400_000u64,
        trial_timeout_ms in prop::option::of(1..u64::MAX),
        (repeats, pool) in (any::<bool>(), name()),
        note in ".{0,20}",
        tags in prop::collection::btree_map("[a-z]{1,5}", ".{0,5}", 0..4),
    ) -> StudySpec {
        let retry = RetryPolicy { max_failures, max_losses, backoff_ms, backoff_max_ms };
        let pool = PoolName::new(pool).expect("legal");
        StudySpec {
            space, algorithm, seed, budget, retry, parallelism, lease_ttl_ms, trial_timeout_ms, repeats, pool, note,
            tags,
        }
    }
}

fn time() -> impl Strategy<Value = Timestamp> {
    (1..u64::MAX).prop_map(Timestamp)
}

pub(super) fn objective() -> impl Strategy<Value = Objective> {
    prop_oneof![
        "[a-z]{1,5}:[a-z]{1,5}".prop_map(Objective::Function),
        ("[0-9a-f]{64}", 1..u64::MAX, "3.1[0-3]", "3.[0-9]").prop_map(
            |(sha256, size, python_version, cloudpickle_version)| {
                Objective::Pickled(PickledFunction { sha256, size, python_version, cloudpickle_version })
            }
        ),
    ]
}

/// Something of every kind of JSON.
pub(super) fn result() -> impl Strategy<Value = TrialResult> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(serde_json::Value::from),
        finite().prop_map(serde_json::Value::from),
        ".{0,6}".prop_map(serde_json::Value::from),
        Just(serde_json::json!([null, {"deep": [true]}])),
    ];
    prop::collection::btree_map(".{0,6}", leaf, 0..4).prop_map(|entries| entries.into_iter().collect())
}

prop_compose! {
    pub(super) fn header()(
        study in study_ref(),
        spec in spec(),
        status in prop::sample::select(vec![
            Status::Active, Status::Paused, Status::Completed, Status::Stopped, Status::Failed,
        ]),
        closing in prop::option::of(prop::sample::select(vec![
            EndCause::MaxTrials, EndCause::Timeout, EndCause::LossThreshold, EndCause::NoProgress,
            EndCause::SpaceExhausted, EndCause::MaxFailed, EndCause::Stopped,
        ])),
        created_at in time(),
        (started_at, ended_at) in (prop::option::of(time()), prop::option::of(time())),
        objective in prop::option::of(objective()),
        rev in any::<u64>(),
    ) -> Header {
        Header {
            id: StudyId::new("s-1").expect("legal"),
            project: study.project, name: study.name, spec, objective, status, closing,
            created_at, started_at, ended_at, rev: Version(rev),
        }
    }
}

pub(super) fn point() -> impl Strategy<Value = Point> {
    let value = prop_oneof![
        any::<i64>().prop_map(ParamValue::Int),
        finite().prop_map(ParamValue::Float),
        ".{0,6}".prop_map(ParamValue::Option),
    ];
    prop::collection::btree_map("[a-z.]{1,6}", value, 0..5).prop_map(Point)
}

pub(super) fn reason() -> impl Strategy<Value = EndReason> {
    prop::sample::select(EndReason::ALL.to_vec())
}

fn lessee() -> impl Strategy<Value = Lessee> {
    prop_oneof![
        name().prop_map(|id| Lessee::Worker(WorkerId::new(id).expect("legal"))),
        name().prop_map(Lessee::Client),
    ]
}

fn lease_id() -> LeaseId {
    LeaseId::new("l-1").expect("legal")
}

prop_compose! {
    fn attempt()(
        number in any::<u32>(), lessee in lessee(), leased_at in time(), ended_at in time(),
        reason in prop::option::of(reason()), message in ".{0,9}",
    ) -> Attempt {
        Attempt { number, lessee, lease_id: lease_id(), leased_at, ended_at, reason, message }
    }
}

prop_compose! {
    fn outcome()(
        loss in prop::option::of(finite()),
        metrics in prop::collection::btree_map("[a-z]{1,5}", finite(), 0..4),
        reason in prop::option::of(reason()), message in ".{0,9}", late in any::<bool>(),
    ) -> Outcome {
        Outcome { loss, metrics, reason, message, attempt: Some(1), lease_id: Some(lease_id()), late }
    }
}

prop_compose! {
    fn credit()(member in "[a-z]{1,6}", why in ".{0,9}") -> Credit {
        Credit { member, why }
    }
}

prop_compose! {
    pub(super) fn trial()(
        number in any::<u64>(), state in prop::sample::select(TrialState::ALL.to_vec()), rev in any::<u64>(),
        origin in prop_oneof![
            Just(Origin::Suggested), Just(Origin::Enqueued), Just(Origin::Added),
            any::<u64>().prop_map(|number| Origin::RetryOf(TrialNumber(number))),
        ],
        (fixed, point, credit) in (point(), prop::option::of(point()), prop::option::of(credit())),
        (attempt, failures, losses) in any::<(u32, u32, u32)>(),
        lease in prop::option::of((lessee(), time())),
        hint in prop::option::of((any::<u64>(), ".{0,9}")),
        attempts in prop::collection::vec(attempt(), 0..4),
        (outcome, result) in (prop::option::of(outcome()), result()),
        orphans in prop::collection::vec((any::<u32>(), prop::option::of(finite()), time()), 0..3),
        created_at in time(), ended_at in prop::option::of(time()),
    ) -> Trial {
        let orphans = orphans.into_iter();
        Trial {
            number: TrialNumber(number), state, rev: Version(rev), origin, fixed, point, credit, attempt,
            lease: lease.map(|(lessee, leased_at)| Lease { id: lease_id(), lessee, leased_at, request_id: None }),
            request_id: None, failures, losses, not_before: None,
            hint: hint.map(|(step, checkpoint_uri)| ResumeHint { step, checkpoint_uri }),
            attempts, result, outcome,
            orphans: orphans
                .map(|(attempt, loss, at)| Orphan { attempt, lease_id: lease_id(), loss, at })
                .collect(),
            created_at, ended_at,
        }
    }
}
