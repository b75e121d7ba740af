//! A study, its store, and everybody who talks to it.

use std::collections::{BTreeMap, BTreeSet};

use tunewright_core::name::{LeaseId, PoolName, ProjectName, StudyId, StudyName};
use tunewright_core::space::{Distribution, Node, ParamValue, ParameterNode, Point, Space};
use tunewright_core::study::{
    AddTrial, Budget, CancelTrial, Change, Command, CompleteTrial, EnqueueTrial, FailTrial, Header, LeaseRef,
    LeaseTrial, Lessee, Next, PruneTrial, ReleaseTrial, Reply, ReportTrial, ResumeHint, RetryPolicy, Status,
    StopStudy, Study, StudySpec, Transition, Trial, TrialNumber, TrialResult, UpdateStudy, Version,
};
use tunewright_core::suggest::{Algorithm, Credit};
use tunewright_core::{Refusal, Timestamp};

use crate::action::{Action, Definition, Forged, Saying};
use crate::invariants;

pub const LEASE_TTL_MS: u64 = 10_000;

/// A study, its store, and everybody who talks to it.
#[derive(Debug)]
pub struct World {
    pub study: Study,
    pub now: Timestamp,
    /// What lies in the store: written at commits, from changes alone.
    pub stored: Documents,
    /// What has changed since the last commit.
    staged: Documents,
    /// Results that were taken since the last commit.
    taken: Vec<(TrialNumber, f64)>,
    /// Losses of the trials whose first completion was stored: what must count, once each.
    pub ledger: BTreeMap<TrialNumber, f64>,
    /// All leases that were ever given, stored or not.
    pub leases: Vec<LeaseRef>,
    sent: Vec<Command>,
    lease_count: u64,
    /// What this history has come across.
    pub seen: BTreeSet<String>,
}

/// A study's documents.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    pub header: Option<Header>,
    pub trials: BTreeMap<TrialNumber, Trial>,
}

impl World {
    pub fn new(definition: &Definition) -> Self {
        let now = Timestamp(1_000_000);
        let header = header(definition, now);
        Self {
            study: Study::load(header.clone(), Version(0), Vec::new(), now),
            now,
            stored: Documents { header: Some(header), trials: BTreeMap::new() },
            staged: Documents::default(),
            taken: Vec::new(),
            ledger: BTreeMap::new(),
            leases: Vec::new(),
            sent: Vec::new(),
            lease_count: 0,
            seen: BTreeSet::new(),
        }
    }

    pub fn act(&mut self, action: &Action) {
        match action {
            Action::Ask { client, request, exhausted } => self.ask(*client, *request, *exhausted),
            Action::Say { lease, forged, what } => self.say(*lease, *forged, what),
            Action::Resend(index) => {
                if let Some(command) = pick(&self.sent, *index).cloned() {
                    self.resend(&command);
                }
            }
            Action::Enqueue { value, full, request } => {
                let request_id = request.map(|id| format!("enqueue-{id}"));
                self.send(Command::Enqueue(EnqueueTrial { fixed: fixed(*value, *full), request_id }));
            }
            Action::Cancel(trial) => {
                self.send(Command::Cancel(CancelTrial { trial: TrialNumber(*trial) }));
            }
            Action::Retry { trial, request } => {
                let request_id = request.map(|id| format!("retry-{id}"));
                self.send(Command::Retry { trial: TrialNumber(*trial), request_id });
            }
            Action::Pause => self.send(Command::Pause),
            Action::Add { value, loss, request } => self.send(Command::Add(AddTrial {
                point: fixed(*value, true),
                loss: *loss,
                metrics: BTreeMap::new(),
                reason: None,
                message: String::new(),
                result: TrialResult::default(),
                request_id: request.map(|id| format!("add-{id}")),
            })),
            Action::Resume => self.send(Command::Resume),
            Action::Stop { cancel_running } => {
                self.send(Command::Stop(StopStudy { cancel_running: *cancel_running }));
            }
            Action::Update(update) => self.send(Command::Update(UpdateStudy::clone(update))),
            Action::Exhaust => self.send(Command::Exhaust),
            Action::Pass(ms) => self.pass(*ms),
            Action::Lag(ms) => self.now = self.now.plus_millis(*ms),
            Action::Commit => self.commit(),
            Action::CommitFails => self.reload(),
            Action::CommitIsLost => {
                self.commit();
                self.seen.insert("commit lost".to_owned());
                self.reload();
            }
            Action::Restart => self.restart(),
        }
    }

    fn send(&mut self, command: Command) {
        self.resend(&command);
        self.sent.push(command);
    }

    /// Whoever sent it takes any answer: what an answer must be, the invariants check.
    fn resend(&mut self, command: &Command) {
        if let Command::Lease(lease) = command {
            return self.lease(lease);
        }
        let _ = self.tell(command);
    }

    /// Decides and applies one command, and checks all that must hold then.
    pub fn tell(&mut self, command: &Command) -> Result<Reply, Refusal> {
        let before = self.study.clone();
        let decided = self.study.decide(command, self.now);
        let again = self.study.decide(command, self.now);
        assert_eq!(decided, again, "a decision depends on nothing but the state, the command and the time");
        let decision = match decided {
            Ok(decision) => decision,
            Err(refusal) => {
                self.note_refusal(&refusal);
                return Err(refusal);
            }
        };
        for change in &decision.changes {
            self.stage(change);
            let was_running = invariants::is_running(&self.study, change);
            let effects = self.study.apply(change);
            invariants::effects_fit(was_running, change, &effects);
        }
        if let (Command::Complete(result), Ok(Reply::Ended { duplicate: false, .. })) =
            (command, &decision.reply)
        {
            self.taken.push((result.lease.trial, result.loss));
        }
        if let (Command::Add(add), Ok(Reply::Added(number))) = (command, &decision.reply)
            && before.trial(*number).is_none()
        {
            self.taken.extend(add.loss.map(|loss| (*number, loss)));
        }
        invariants::reply_fits(&before, &self.study, command, &decision.reply, self.now);
        invariants::changes_fit(&before, &self.study, &decision.changes);
        invariants::state_fits(&self.study, &self.leases, self.now);
        self.note(&before, &decision.changes, &decision.reply);
        decision.reply
    }

    fn stage(&mut self, change: &Change) {
        match change {
            Change::StudyChanged(header) => self.staged.header = Some(Header::clone(header)),
            Change::TrialChanged { trial, .. } => {
                self.staged.trials.insert(trial.number, Trial::clone(trial));
            }
            Change::ReportAdded { .. }
            | Change::OutputKept { .. }
            | Change::LeaseRenewed { .. }
            | Change::BackoffEnded { .. } => {}
        }
    }

    /// What a server does with an ask: it looks at what is next, has a point suggested, and leases.
    fn ask(&mut self, client: u8, request: Option<u8>, exhausted: bool) {
        let (trial, needs_point) = match self.study.next(self.now) {
            Next::Queued { trial, needs_point } => (trial, needs_point),
            Next::Fresh(trial) => (trial, true),
            Next::Wait { .. } | Next::Ended(_) => {
                // A server that looked a moment ago still tries.
                (TrialNumber(self.study.trials().count() as u64), true)
            }
        };
        if exhausted && needs_point {
            return self.send(Command::Exhaust);
        }
        self.lease_count += 1;
        let lease = LeaseTrial {
            trial,
            lease: LeaseId::new(format!("lease-{}", self.lease_count)).expect("legal"),
            lessee: Lessee::Client(format!("client-{client}")),
            request_id: request.map(|id| format!("ask-{id}")),
            point: needs_point.then(|| self.suggest(trial)),
            credit: needs_point.then(|| Credit { member: "random".to_owned(), why: trial.to_string() }),
        };
        self.send(Command::Lease(lease));
    }

    fn lease(&mut self, command: &LeaseTrial) {
        if let Ok(Reply::Leased(trial)) = self.tell(&Command::Lease(command.clone())) {
            let id = trial.lease.as_ref().expect("a leased trial has a lease").id.clone();
            let lease = LeaseRef { trial: trial.number, attempt: trial.attempt, lease: id };
            if self.leases.contains(&lease) {
                self.seen.insert("reclaimed".to_owned());
            } else {
                self.leases.push(lease);
            }
        }
    }

    fn suggest(&self, number: TrialNumber) -> Point {
        let trial = self.study.trial(number);
        let mut point = trial.map_or_else(|| fixed(3, true), |trial| trial.fixed.clone());
        if point.get("y").is_none() {
            point.set("y", ParamValue::Int(1));
        }
        point
    }

    fn say(&mut self, index: usize, forged: Forged, what: &Saying) {
        let Some(mut lease) = pick(&self.leases, index).cloned() else { return };
        match forged {
            Forged::Not => {}
            Forged::Attempt(attempt) => lease.attempt = attempt,
            Forged::Id => lease.lease = LeaseId::new("forged").expect("legal"),
        }
        self.send(said(lease, what));
    }

    /// Time passes; the timer fires as often as it is due.
    pub fn pass(&mut self, ms: u64) {
        self.now = self.now.plus_millis(ms);
        if self.study.next_timer().is_some_and(|at| at <= self.now) {
            self.tick();
        }
    }

    pub fn tick(&mut self) {
        assert_eq!(self.tell(&Command::Tick), Ok(Reply::Ticked));
        let timer = self.study.next_timer();
        assert!(timer.is_none_or(|at| at > self.now), "a tick leaves nothing that is due");
    }

    pub fn commit(&mut self) {
        let staged = std::mem::take(&mut self.staged);
        if let Some(header) = staged.header {
            self.stored.header = Some(header);
        }
        self.stored.trials.extend(staged.trials);
        for (trial, loss) in std::mem::take(&mut self.taken) {
            let counted = self.ledger.insert(trial, loss);
            assert_eq!(counted, None, "trial {trial} was completed twice");
        }
        let version = self.study.version().next();
        self.study.committed(version);
        invariants::replay_fits(&self.study, &self.stored, self.now);
        invariants::ledger_fits(&self.study, &self.ledger);
    }

    /// All since the last commit is forgotten, and the study is loaded again.
    fn reload(&mut self) {
        self.staged = Documents::default();
        self.taken.clear();
        self.study = self.stored.load(self.study.version(), self.now);
        invariants::ledger_fits(&self.study, &self.ledger);
        invariants::state_fits(&self.study, &self.leases, self.now);
    }

    /// The server is gone for longer than any lease lives.
    fn restart(&mut self) {
        self.now = self.now.plus_millis(2 * LEASE_TTL_MS);
        let running = self.stored.trials.values().filter(|trial| trial.lease.is_some()).count();
        self.reload();
        self.tick_without_loss(running);
    }

    /// A restart ends no lease.
    fn tick_without_loss(&mut self, running: usize) {
        let closing_before = self.study.header().closing;
        self.tick();
        if self.study.header().closing == closing_before {
            assert_eq!(self.study.counts().running, running as u64, "the server being down ends no lease");
        }
    }

    fn note_refusal(&mut self, refusal: &Refusal) {
        self.seen.insert(format!("refused {}", refusal.code.as_str()));
    }

    fn note(&mut self, before: &Study, changes: &[Change], reply: &Result<Reply, Refusal>) {
        let header = self.study.header();
        self.seen.insert(format!("study {}", header.status.as_str()));
        if let Some(cause) = header.closing.filter(|_| header.status.is_terminal()) {
            self.seen.insert(format!("cause {}", cause.as_str()));
        }
        if before.header().status.is_terminal() && !header.status.is_terminal() {
            self.seen.insert("reopened".to_owned());
        }
        for change in changes {
            if let Change::TrialChanged { trial, transition } = change {
                self.seen.insert(format!("trial {}", trial.state.as_str()));
                if *transition == Transition::OrphanKept {
                    self.seen.insert("orphan".to_owned());
                }
            }
        }
        match reply {
            Ok(Reply::Ended { duplicate, late, requeued }) => {
                let flags = [("duplicate", duplicate), ("late", late), ("requeued", requeued)];
                self.seen.extend(flags.iter().filter(|flag| *flag.1).map(|flag| flag.0.to_owned()));
            }
            Ok(_) => {}
            Err(refusal) => self.note_refusal(refusal),
        }
    }
}

impl Documents {
    pub fn load(&self, version: Version, now: Timestamp) -> Study {
        let header = self.header.clone().expect("a study has a header");
        Study::load(header, version, self.trials.values().cloned().collect(), now)
    }
}

fn pick<T>(items: &[T], index: usize) -> Option<&T> {
    // The newest are the most interesting: half of the draws fall on the last few.
    let recent = items.len().saturating_sub(4);
    match index.checked_rem(items.len())? {
        any if index.is_multiple_of(2) => items.get(any),
        any => items.get(recent + any % (items.len() - recent)),
    }
}

pub fn said(lease: LeaseRef, what: &Saying) -> Command {
    let (metrics, output, result) = (BTreeMap::new(), "output".to_owned(), TrialResult::default());
    let uri = |id: &u8| format!("s3://checkpoints/{id}");
    match what {
        Saying::Heartbeat => Command::Heartbeat(lease),
        Saying::Report { loss, uri: id } => Command::Report(ReportTrial {
            lease,
            step: 1,
            loss: *loss,
            metrics,
            checkpoint_uri: id.as_ref().map(uri),
        }),
        Saying::Complete(loss) => {
            Command::Complete(CompleteTrial { lease, loss: *loss, metrics, output, result })
        }
        Saying::Prune(loss) => Command::Prune(PruneTrial { lease, loss: *loss, metrics, output, result }),
        Saying::Fail(reason) => Command::Fail(FailTrial {
            lease,
            reason: *reason,
            message: "it broke".to_owned(),
            output,
            result,
        }),
        Saying::Release { hint } => {
            let hint = hint.as_ref().map(|id| ResumeHint { step: 1, checkpoint_uri: uri(id) });
            Command::Release(ReleaseTrial { lease, hint })
        }
    }
}

/// x fixed, and y as well if it is to be a full point.
fn fixed(value: u8, full: bool) -> Point {
    let x = ("x".to_owned(), ParamValue::Float(f64::from(value) / 4.0));
    let y = full.then(|| ("y".to_owned(), ParamValue::Int(i64::from(value) + 1)));
    std::iter::once(x).chain(y).collect()
}

fn header(definition: &Definition, now: Timestamp) -> Header {
    let float = Distribution::Float { low: 0.0, high: 1.0, step: None, log: false };
    let int = Distribution::Int { low: 1, high: 9, step: 1, log: false };
    let parameter = |distribution| Node::Parameter(ParameterNode { label: None, distribution });
    let root = Node::Map(vec![("x".to_owned(), parameter(float)), ("y".to_owned(), parameter(int))]);
    let spec = StudySpec {
        space: Space::try_from(root).expect("valid"),
        algorithm: Algorithm::Random,
        seed: 1,
        budget: Budget {
            max_trials: definition.max_trials,
            timeout_ms: definition.timeout_ms,
            loss_threshold: definition.loss_threshold,
            no_progress: definition.no_progress,
            max_failed: definition.max_failed,
        },
        retry: RetryPolicy {
            max_failures: definition.max_failures,
            max_losses: definition.max_losses,
            ..RetryPolicy::default()
        },
        parallelism: definition.parallelism,
        lease_ttl_ms: LEASE_TTL_MS,
        trial_timeout_ms: None,
        repeats: false,
        pool: PoolName::default(),
        note: String::new(),
        tags: BTreeMap::new(),
    };
    spec.validate().expect("valid");
    Header {
        id: StudyId::new("s1").expect("legal"),
        project: ProjectName::default(),
        name: StudyName::new("model").expect("legal"),
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
