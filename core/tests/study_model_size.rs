//! A study with many trials: it loads quickly, and no command walks over all of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tunewright_core::Timestamp;
use tunewright_core::name::{LeaseId, PoolName, ProjectName, StudyId, StudyName};
use tunewright_core::space::{Distribution, Node, ParamValue, ParameterNode, Point, Space};
use tunewright_core::study::{
    Budget, Command, CompleteTrial, Header, LeaseRef, LeaseTrial, Lessee, Next, NoProgress, Reply,
    RetryPolicy, Status, Study, StudySpec, Trial, TrialNumber, TrialResult, Version,
};
use tunewright_core::suggest::Algorithm;

const TRIALS: u64 = 100_000;

fn header() -> Header {
    let distribution = Distribution::Float { low: 0.0, high: 1.0, step: None, log: false };
    let root =
        Node::Map(vec![("x".to_owned(), Node::Parameter(ParameterNode { label: None, distribution }))]);
    let no_progress = Some(NoProgress { trials: 10 * TRIALS, percent: 0.0 });
    Header {
        id: StudyId::new("s1").expect("legal"),
        project: ProjectName::default(),
        name: StudyName::new("large").expect("legal"),
        spec: StudySpec {
            space: Space::try_from(root).expect("valid"),
            algorithm: Algorithm::Random,
            seed: 1,
            budget: Budget { max_trials: Some(2 * TRIALS), no_progress, ..Budget::default() },
            retry: RetryPolicy::default(),
            parallelism: None,
            lease_ttl_ms: 30_000,
            trial_timeout_ms: None,
            repeats: false,
            pool: PoolName::default(),
            note: String::new(),
            tags: BTreeMap::new(),
        },
        objective: None,
        status: Status::Active,
        closing: None,
        created_at: Timestamp(0),
        started_at: None,
        ended_at: None,
        rev: Version(0),
    }
}

fn tell(study: &mut Study, command: &Command, now: Timestamp) -> Reply {
    let decision = study.decide(command, now).expect("decided");
    for change in &decision.changes {
        study.apply(change);
    }
    decision.reply.expect("accepted")
}

/// Leases and completes one trial.
fn round(study: &mut Study, now: Timestamp) {
    let Next::Fresh(trial) = study.next(now) else { panic!("a new trial") };
    let point: Point = std::iter::once(("x".to_owned(), ParamValue::Float(trial.0 as f64 / 1e6))).collect();
    let lease = LeaseId::new(format!("l{trial}")).expect("legal");
    let request_id = Some(format!("r{trial}"));
    let lessee = Lessee::Client("c".to_owned());
    let command =
        LeaseTrial { trial, lease: lease.clone(), lessee, request_id, point: Some(point), credit: None };
    tell(study, &Command::Lease(command), now);
    let lease = LeaseRef { trial, attempt: 1, lease };
    let loss = (trial.0 * 7_919 % 100_003) as f64;
    let (metrics, output) = (BTreeMap::new(), String::new());
    let complete = CompleteTrial { lease, loss, metrics, output, result: TrialResult::default() };
    assert!(matches!(tell(study, &Command::Complete(complete), now), Reply::Ended { .. }));
}

/// The shortest time that 500 rounds take, of several tries: what else the machine does only makes it longer.
fn shortest(study: &mut Study, now: Timestamp) -> Duration {
    let tries = (0..10).map(|_| {
        let started = Instant::now();
        for _ in 0..500 {
            round(study, now);
            assert!(study.by_request("r0").is_some());
            assert_eq!(study.next_timer(), None);
        }
        started.elapsed()
    });
    tries.min().unwrap_or_default()
}

#[test]
fn a_hundred_thousand_trials_load_quickly_and_make_no_command_slow() {
    let mut study = Study::load(header(), Version(0), Vec::new(), Timestamp(0));
    let small = shortest(&mut study, Timestamp(1));
    let mut now = Timestamp(1);
    for number in study.counts().completed..TRIALS {
        // Several results share each millisecond.
        now = Timestamp(1 + number / 8);
        round(&mut study, now);
    }
    let trials: Vec<Trial> = study.trials().cloned().collect();
    let started = Instant::now();
    let mut loaded = Study::load(study.header().clone(), study.version(), trials, now);
    let elapsed = started.elapsed();
    println!("loaded {TRIALS} trials in {elapsed:?}");
    assert!(elapsed < Duration::from_secs(3), "loading took {elapsed:?}");
    assert_eq!(loaded.counts(), study.counts());
    assert_eq!(loaded.best(), study.best());
    assert_eq!(loaded.next(now), Next::Fresh(TrialNumber(TRIALS)));

    // A walk over all trials in each round would take hundreds of times as long.
    let large = shortest(&mut loaded, now);
    println!("500 rounds: {small:?} in a small study, {large:?} in a large one");
    assert!(large < small * 20, "500 rounds take {large:?}, in a small study {small:?}");
}
