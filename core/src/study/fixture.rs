//! A study on the bench of the unit tests: commands go in, changes are applied at once.

use std::collections::BTreeMap;

use super::{Budget, Effect, RetryPolicy};
use super::{
    Change, Command, CompleteTrial, EndReason, EnqueueTrial, FailTrial, Header, LeaseRef, LeaseTrial, Lessee,
    Next, Reply, Status, Study, StudySpec, Transition, Trial, TrialNumber, TrialResult, TrialState, Version,
};
use crate::name::{LeaseId, PoolName, ProjectName, StudyId, StudyName, WorkerId};
use crate::space::{Distribution, Node, ParamValue, ParameterNode, Point, Space};
use crate::suggest::{Algorithm, Credit};
use crate::{Code, Refusal, Timestamp};

/// A study, its clock, and what the last command came to.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) study: Study,
    pub(super) now: Timestamp,
    pub(super) changes: Vec<Change>,
    pub(super) effects: Vec<Effect>,
    leases: u64,
}

impl Bench {
    /// A study over x in [0, 1] and y in 1..=9 with what `change` makes of the default definition.
    pub(crate) fn new(change: impl FnOnce(&mut StudySpec)) -> Self {
        let mut spec = spec();
        change(&mut spec);
        let now = Timestamp(1_000_000);
        let study = Study::load(header(spec, now), Version(0), Vec::new(), now);
        Self { study, now, changes: Vec::new(), effects: Vec::new(), leases: 0 }
    }

    /// Decides, applies and commits.
    pub(crate) fn tell(&mut self, command: Command) -> Result<Reply, Refusal> {
        self.changes.clear();
        self.effects.clear();
        let decision = self.study.decide(&command, self.now)?;
        for change in &decision.changes {
            self.effects.extend(self.study.apply(change));
        }
        self.study.committed(self.study.version().next());
        self.changes = decision.changes;
        decision.reply
    }

    /// The refusal's code and text.
    pub(super) fn refused(&mut self, command: Command) -> (Code, String) {
        let refusal = self.tell(command).expect_err("refused");
        (refusal.code, refusal.to_string())
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        self.now = self.now.plus_millis(ms);
    }

    pub(crate) fn tick(&mut self) {
        assert_eq!(self.tell(Command::Tick), Ok(Reply::Ticked));
    }

    /// The command to lease what is next.
    pub(super) fn lease_next(&mut self) -> LeaseTrial {
        let (trial, needs_point) = match self.study.next(self.now) {
            Next::Queued { trial, needs_point } => (trial, needs_point),
            Next::Fresh(trial) => (trial, true),
            other => panic!("nothing to lease: {other:?}"),
        };
        self.leases += 1;
        let lease = LeaseId::new(format!("lease-{}", self.leases)).expect("legal");
        let fixed = self.study.trial(trial).map(|trial| trial.fixed.clone());
        LeaseTrial {
            trial,
            lease,
            lessee: worker("w1"),
            request_id: None,
            point: needs_point.then(|| completed(fixed.unwrap_or_default(), trial)),
            credit: needs_point
                .then(|| Credit { member: format!("m{}", trial.0 % 3), why: "its turn".to_owned() }),
        }
    }

    /// Leases what is next.
    pub(crate) fn lease(&mut self) -> LeaseRef {
        let command = self.lease_next();
        let lease = command.lease.clone();
        match self.tell(Command::Lease(command)).expect("leased") {
            Reply::Leased(trial) => LeaseRef { trial: trial.number, attempt: trial.attempt, lease },
            other => panic!("not leased: {other:?}"),
        }
    }

    pub(crate) fn complete(&mut self, lease: &LeaseRef, loss: f64) -> Result<Reply, Refusal> {
        self.tell(complete(lease, loss))
    }

    pub(crate) fn fail(&mut self, lease: &LeaseRef, reason: EndReason) -> Result<Reply, Refusal> {
        self.tell(fail(lease, reason))
    }

    pub(crate) fn enqueue(&mut self, fixed: Point) -> TrialNumber {
        match self.tell(Command::Enqueue(EnqueueTrial { fixed, request_id: None })) {
            Ok(Reply::Enqueued(number)) => number,
            other => panic!("not enqueued: {other:?}"),
        }
    }

    pub(super) fn trial(&self, number: u64) -> &Trial {
        self.study.trial(TrialNumber(number)).expect("there")
    }

    pub(super) fn state(&self, number: u64) -> TrialState {
        self.trial(number).state
    }

    pub(super) fn status(&self) -> Status {
        self.study.header().status
    }

    /// What happened to trials with the last command.
    pub(super) fn transitions(&self) -> Vec<(u64, Transition)> {
        let transition = |change: &Change| match change {
            Change::TrialChanged { trial, transition } => Some((trial.number.0, *transition)),
            _ => None,
        };
        self.changes.iter().filter_map(transition).collect()
    }

    /// Lets the last lease run out, and the trial's backoff after it.
    pub(super) fn expire(&mut self) {
        self.pass(self.study.header().spec.lease_ttl_ms);
        self.tick();
    }

    /// The same study as it would be after a restart.
    pub(crate) fn reload(&mut self) {
        let trials = self.study.trials().cloned().collect();
        self.study = Study::load(self.study.header().clone(), self.study.version(), trials, self.now);
    }
}

pub(super) fn spec() -> StudySpec {
    let float = Distribution::Float { low: 0.0, high: 1.0, step: None, log: false };
    let int = Distribution::Int { low: 1, high: 9, step: 1, log: false };
    let parameter = |distribution| Node::Parameter(ParameterNode { label: None, distribution });
    let root = Node::Map(vec![("x".to_owned(), parameter(float)), ("y".to_owned(), parameter(int))]);
    StudySpec {
        space: Space::try_from(root).expect("valid"),
        algorithm: Algorithm::default(),
        seed: 7,
        budget: Budget::default(),
        retry: RetryPolicy::default(),
        parallelism: None,
        lease_ttl_ms: 30_000,
        trial_timeout_ms: None,
        repeats: false,
        pool: PoolName::default(),
        note: String::new(),
        tags: BTreeMap::new(),
    }
}

pub(super) fn header(spec: StudySpec, now: Timestamp) -> Header {
    Header {
        id: StudyId::new("s1").expect("legal"),
        project: ProjectName::default(),
        name: StudyName::new("bench").expect("legal"),
        spec,
        objective: None,
        status: Status::Active,
        closing: None,
        created_at: now,
        started_at: None,
        ended_at: None,
        rev: Version(0),
    }
}

pub(super) fn worker(name: &str) -> Lessee {
    Lessee::Worker(WorkerId::new(name).expect("legal"))
}

pub(super) fn x(value: f64) -> Point {
    [("x".to_owned(), ParamValue::Float(value))].into_iter().collect()
}

pub(crate) fn xy(x_value: f64, y: i64) -> Point {
    let mut point = x(x_value);
    point.set("y", ParamValue::Int(y));
    point
}

/// What a suggester would make of `fixed` for this trial.
fn completed(fixed: Point, trial: TrialNumber) -> Point {
    let mut point = xy(1.0 / (trial.0 as f64 + 1.0), 1 + i64::try_from(trial.0 % 9).expect("small"));
    for (label, value) in fixed.iter() {
        point.set(label, value.clone());
    }
    point
}

pub(super) fn complete(lease: &LeaseRef, loss: f64) -> Command {
    let (metrics, output, result) = (BTreeMap::new(), String::new(), TrialResult::default());
    Command::Complete(CompleteTrial { lease: lease.clone(), loss, metrics, output, result })
}

pub(super) fn fail(lease: &LeaseRef, reason: EndReason) -> Command {
    let (message, output) = ("it broke".to_owned(), String::new());
    let result = TrialResult::default();
    Command::Fail(FailTrial { lease: lease.clone(), reason, message, output, result })
}

pub(super) const ENDED: Reply = Reply::Ended { duplicate: false, late: false, requeued: false };
pub(super) const DUPLICATE: Reply = Reply::Ended { duplicate: true, late: false, requeued: false };
pub(super) const REQUEUED: Reply = Reply::Ended { duplicate: false, late: false, requeued: true };
