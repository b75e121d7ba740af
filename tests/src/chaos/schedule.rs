//! When what is hurt: the same seed gives the same schedule.

use std::time::Duration;

use super::dice::Dice;
use super::store::StoreKind;

/// A way to hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    ServerKilled,
    ServerStopped,
    ServerTerminated,
    /// It dies by itself around a commit.
    ServerDiesBeforeCommit,
    ServerDiesBeforeReply,
    ServerDiesAfterReply,
    /// It starts again with a wall clock that is wrong by up to hours, either way.
    ServerClockStepped,
    /// Writes of the server to its file fail.
    DiskFull,
    RedisKilled,
    RedisStopped,
    RedisTerminated,
    /// Writes of Redis to its file fail.
    RedisDiskFull,
    /// Between the clients and the server.
    ClientsCut,
    ClientsHalfOpen,
    ClientsDelayed,
    ClientsGetNoReplies,
    ClientsConnectTwice,
    /// Between the server and Redis.
    StoreCut,
    StoreHalfOpen,
    StoreDelayed,
    StoreGivesNoReplies,
    WorkerKilled,
    WorkerStopped,
    /// A client is gone in the middle of whatever it does, and comes back under the same name.
    AskerKilled,
}

/// What is hurt; two faults at once have different targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Server,
    Redis,
    ClientLink,
    StoreLink,
    Worker,
    Asker,
}

impl FaultKind {
    pub const ALL: [Self; 24] = [
        Self::ServerKilled,
        Self::ServerStopped,
        Self::ServerTerminated,
        Self::ServerDiesBeforeCommit,
        Self::ServerDiesBeforeReply,
        Self::ServerDiesAfterReply,
        Self::ServerClockStepped,
        Self::DiskFull,
        Self::RedisKilled,
        Self::RedisStopped,
        Self::RedisTerminated,
        Self::RedisDiskFull,
        Self::ClientsCut,
        Self::ClientsHalfOpen,
        Self::ClientsDelayed,
        Self::ClientsGetNoReplies,
        Self::ClientsConnectTwice,
        Self::StoreCut,
        Self::StoreHalfOpen,
        Self::StoreDelayed,
        Self::StoreGivesNoReplies,
        Self::WorkerKilled,
        Self::WorkerStopped,
        Self::AskerKilled,
    ];

    #[must_use]
    pub const fn target(self) -> Target {
        match self {
            Self::ServerKilled
            | Self::ServerStopped
            | Self::ServerTerminated
            | Self::ServerDiesBeforeCommit
            | Self::ServerDiesBeforeReply
            | Self::ServerDiesAfterReply
            | Self::ServerClockStepped
            | Self::DiskFull => Target::Server,
            Self::RedisKilled | Self::RedisStopped | Self::RedisTerminated | Self::RedisDiskFull => {
                Target::Redis
            }
            Self::ClientsCut
            | Self::ClientsHalfOpen
            | Self::ClientsDelayed
            | Self::ClientsGetNoReplies
            | Self::ClientsConnectTwice => Target::ClientLink,
            Self::StoreCut | Self::StoreHalfOpen | Self::StoreDelayed | Self::StoreGivesNoReplies => {
                Target::StoreLink
            }
            Self::WorkerKilled | Self::WorkerStopped => Target::Worker,
            Self::AskerKilled => Target::Asker,
        }
    }

    /// Whether it hurts anything when studies are kept there.
    #[must_use]
    pub fn applies_to(self, store: StoreKind) -> bool {
        match self {
            Self::DiskFull => store == StoreKind::Redb,
            Self::RedisKilled => store == StoreKind::Redis,
            _ => store.fsync().is_some() || !matches!(self.target(), Target::Redis | Target::StoreLink),
        }
    }
}

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// Chooses among several of a kind, and how hard.
    pub draw: u64,
}

/// One or two faults at once, after a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub pause: Duration,
    pub faults: Vec<Fault>,
    pub lasting: Duration,
}

/// Steps that take so long together. Every kind comes once before any comes again.
#[must_use]
pub fn schedule(seed: u64, store: StoreKind, length: Duration) -> Vec<Step> {
    let mut dice = Dice::of(seed, "schedule");
    let mut deck = Vec::new();
    let mut steps = Vec::new();
    let mut planned = Duration::ZERO;
    while planned < length {
        let mut faults = vec![draw(&mut deck, store, &mut dice)];
        if dice.percent(30) {
            let second = draw(&mut deck, store, &mut dice);
            if second.kind.target() == faults[0].kind.target() {
                deck.push(second.kind);
            } else {
                faults.push(second);
            }
        }
        let pause = Duration::from_millis(dice.between(300, 1_200));
        let lasting = Duration::from_millis(dice.between(200, 2_200));
        planned += pause + lasting;
        steps.push(Step { pause, faults, lasting });
    }
    steps
}

fn draw(deck: &mut Vec<FaultKind>, store: StoreKind, dice: &mut Dice) -> Fault {
    if deck.is_empty() {
        deck.extend(FaultKind::ALL.into_iter().filter(|kind| kind.applies_to(store)));
        dice.shuffle(deck);
    }
    let kind = deck.pop().unwrap_or(FaultKind::ServerKilled);
    Fault { kind, draw: dice.throw() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const LENGTH: Duration = Duration::from_secs(120);

    #[test]
    fn the_same_seed_gives_the_same_schedule_and_another_another() {
        assert_eq!(schedule(7, StoreKind::Redis, LENGTH), schedule(7, StoreKind::Redis, LENGTH));
        assert_ne!(schedule(7, StoreKind::Redis, LENGTH), schedule(8, StoreKind::Redis, LENGTH));
    }

    #[test]
    fn every_kind_comes_that_applies_and_no_target_is_hurt_twice_at_once() {
        for store in [StoreKind::Redb, StoreKind::Redis, StoreKind::RedisEverySecond] {
            let steps = schedule(1, store, LENGTH);
            let kinds: BTreeSet<FaultKind> =
                steps.iter().flat_map(|step| &step.faults).map(|fault| fault.kind).collect();
            let expected: BTreeSet<FaultKind> =
                FaultKind::ALL.into_iter().filter(|kind| kind.applies_to(store)).collect();
            assert_eq!(kinds, expected, "{store:?}");
            assert!(steps.iter().any(|step| step.faults.len() == 2));
            for step in steps.iter().filter(|step| step.faults.len() == 2) {
                assert_ne!(step.faults[0].kind.target(), step.faults[1].kind.target());
            }
        }
        assert!(!FaultKind::RedisKilled.applies_to(StoreKind::RedisEverySecond));
    }
}
