//! What may happen to a study, drawn at random.

use proptest::prelude::*;
use tunewright_core::study::{EndReason, NoProgress, UpdateStudy};

/// The parts of a study's definition that the state machine looks at.
#[derive(Clone, Debug)]
pub struct Definition {
    pub max_trials: Option<u64>,
    pub timeout_ms: Option<u64>,
    pub loss_threshold: Option<f64>,
    pub no_progress: Option<NoProgress>,
    pub max_failed: Option<u64>,
    pub parallelism: Option<u32>,
    pub max_failures: u32,
    pub max_losses: u32,
}

/// One thing that happens. Indices are taken modulo what there is.
#[derive(Clone, Debug)]
pub enum Action {
    /// Somebody asks for a trial; the suggester may turn out to be exhausted.
    Ask {
        client: u8,
        request: Option<u8>,
        exhausted: bool,
    },
    /// The bearer of a lease that was given at some time says something.
    Say {
        lease: usize,
        forged: Forged,
        what: Saying,
    },
    /// A command that was sent before arrives once more.
    Resend(usize),
    Enqueue {
        value: u8,
        full: bool,
        request: Option<u8>,
    },
    /// A trial that was evaluated elsewhere; without a loss it failed.
    Add {
        value: u8,
        loss: Option<f64>,
        request: Option<u8>,
    },
    Cancel(u64),
    Retry {
        trial: u64,
        request: Option<u8>,
    },
    Pause,
    Resume,
    Stop {
        cancel_running: bool,
    },
    Update(Box<UpdateStudy>),
    Exhaust,
    /// Time passes, and the timer fires if it is due.
    Pass(u64),
    /// Time passes before the timer is served.
    Lag(u64),
    /// The store takes all since the last commit.
    Commit,
    /// The store takes nothing of it.
    CommitFails,
    /// The store takes it, but nobody learns.
    CommitIsLost,
    /// The server is started again.
    Restart,
}

/// How a lease differs from the one that was given.
#[derive(Clone, Copy, Debug)]
pub enum Forged {
    Not,
    Attempt(u32),
    Id,
}

/// What a lessee says.
#[derive(Clone, Debug)]
pub enum Saying {
    Heartbeat,
    Report { loss: Option<f64>, uri: Option<u8> },
    Complete(f64),
    Prune(Option<f64>),
    Fail(EndReason),
    Release { hint: Option<u8> },
}

impl Definition {
    pub fn any() -> impl Strategy<Value = Self> {
        let no_progress = (1_u64..6, prop::sample::select(vec![0.0, 10.0]))
            .prop_map(|(trials, percent)| NoProgress { trials, percent });
        (
            prop::option::weighted(0.6, 1_u64..20),
            prop::option::weighted(0.2, 20_000_u64..400_000),
            prop::option::weighted(0.2, Just(0.0)),
            prop::option::weighted(0.3, no_progress),
            prop::option::weighted(0.3, 0_u64..4),
            prop::option::weighted(0.5, 1_u32..5),
            0_u32..3,
            0_u32..3,
        )
            .prop_map(|parts| Self {
                max_trials: parts.0,
                timeout_ms: parts.1,
                loss_threshold: parts.2,
                no_progress: parts.3,
                max_failed: parts.4,
                parallelism: parts.5,
                max_failures: parts.6,
                max_losses: parts.7,
            })
    }
}

impl Action {
    pub fn any() -> impl Strategy<Value = Self> {
        let request = || prop::option::weighted(0.4, 0_u8..12);
        let ask = (0_u8..3, request(), prop::bool::weighted(0.01))
            .prop_map(|(client, request, exhausted)| Self::Ask { client, request, exhausted });
        let say = (any::<usize>(), Forged::any(), Saying::any())
            .prop_map(|(lease, forged, what)| Self::Say { lease, forged, what });
        let enqueue = (0_u8..4, any::<bool>(), request()).prop_map(|(value, full, request)| Self::Enqueue {
            value,
            full,
            request,
        });
        let loss = prop::option::weighted(0.7, (0_i32..40).prop_map(|loss| f64::from(loss) / 8.0));
        let add =
            (0_u8..4, loss, request()).prop_map(|(value, loss, request)| Self::Add { value, loss, request });
        prop_oneof![
            30 => ask,
            45 => say,
            10 => any::<usize>().prop_map(Self::Resend),
            6 => enqueue,
            3 => add,
            3 => (0_u64..25).prop_map(Self::Cancel),
            3 => (0_u64..25, request()).prop_map(|(trial, request)| Self::Retry { trial, request }),
            1 => Just(Self::Pause),
            3 => Just(Self::Resume),
            1 => prop_oneof![
                3 => Just(Self::Exhaust),
                1 => any::<bool>().prop_map(|cancel_running| Self::Stop { cancel_running }),
            ],
            4 => update().prop_map(|update| Self::Update(Box::new(update))),
            10 => times().prop_map(Self::Pass),
            4 => times().prop_map(Self::Lag),
            15 => Just(Self::Commit),
            2 => Just(Self::CommitFails),
            2 => Just(Self::CommitIsLost),
            2 => Just(Self::Restart),
        ]
    }
}

impl Forged {
    fn any() -> impl Strategy<Value = Self> {
        prop_oneof![20 => Just(Self::Not), 1 => (0_u32..4).prop_map(Self::Attempt), 1 => Just(Self::Id)]
    }
}

impl Saying {
    fn any() -> impl Strategy<Value = Self> {
        let loss =
            || prop_oneof![30 => (0_i32..40).prop_map(|loss| f64::from(loss) / 8.0), 1 => Just(f64::NAN)];
        let uri = || prop::option::weighted(0.5, 0_u8..4);
        prop_oneof![
            4 => Just(Self::Heartbeat),
            4 => (prop::option::of(loss()), uri()).prop_map(|(loss, uri)| Self::Report { loss, uri }),
            10 => loss().prop_map(Self::Complete),
            2 => prop::option::of(loss()).prop_map(Self::Prune),
            4 => prop::sample::select(EndReason::ALL.to_vec()).prop_map(Self::Fail),
            3 => uri().prop_map(|hint| Self::Release { hint }),
        ]
    }
}

/// Around the lengths that matter: backoffs of about a second, leases of ten.
fn times() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..20, 400_u64..1_100, 4_000_u64..11_000]
}

fn update() -> impl Strategy<Value = UpdateStudy> {
    prop_oneof![
        4 => prop::option::weighted(0.9, 0_u64..30)
            .prop_map(|most| UpdateStudy { max_trials: Some(most), ..UpdateStudy::default() }),
        1 => prop::option::of(1_000_u64..500_000)
            .prop_map(|time| UpdateStudy { timeout_ms: Some(time), ..UpdateStudy::default() }),
        1 => prop::option::weighted(0.2, Just(0.0))
            .prop_map(|loss| UpdateStudy { loss_threshold: Some(loss), ..UpdateStudy::default() }),
        1 => prop::option::of(2_u64..9)
            .prop_map(|most| UpdateStudy { max_failed: Some(most), ..UpdateStudy::default() }),
        2 => prop::option::of(0_u32..5)
            .prop_map(|most| UpdateStudy { parallelism: Some(most), ..UpdateStudy::default() }),
    ]
}
