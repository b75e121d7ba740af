//! Whoever hurts a simulated world.

use std::time::Duration;

use tunewright_tests::chaos::dice::Dice;
use turmoil::Sim;

use super::network::SERVER;
use super::workers::WORKER;
use super::world::run_for;

/// How often two things are hurt at once.
const TWICE_PERCENT: u64 = 30;
/// Between two faults.
const PAUSE_MS: (u64, u64) = (1_000, 30_000);
const CUT_MS: (u64, u64) = (100, 60_000);
/// Shorter, as everybody calls again all the time meanwhile.
const DEATH_MS: (u64, u64) = (100, 10_000);

/// What is hurt, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    ServerDies,
    /// A client or a worker.
    HostDies,
    /// Nothing arrives, either way.
    CutOff,
    /// What is asked arrives, the answer does not.
    AnswersLost,
    RequestsLost,
    /// Nothing arrives for a while, and then everything.
    Held,
}

const FAULTS: [Fault; 6] =
    [Fault::ServerDies, Fault::HostDies, Fault::CutOff, Fault::AnswersLost, Fault::RequestsLost, Fault::Held];

impl Fault {
    fn name(self, host: &str) -> &'static str {
        match self {
            Self::ServerDies => "the server dies",
            Self::HostDies if host.starts_with(WORKER) => "a worker dies",
            Self::HostDies => "a client dies",
            Self::CutOff => "cut off",
            Self::AnswersLost => "answers lost",
            Self::RequestsLost => "requests lost",
            Self::Held => "held back",
        }
    }

    fn begin(self, sim: &mut Sim<'_>, host: &str) {
        match self {
            Self::ServerDies => sim.crash(SERVER),
            Self::HostDies => sim.crash(host),
            Self::CutOff => sim.partition(host, SERVER),
            Self::AnswersLost => sim.partition_oneway(SERVER, host),
            Self::RequestsLost => sim.partition_oneway(host, SERVER),
            Self::Held => sim.hold(host, SERVER),
        }
    }

    fn end(self, sim: &mut Sim<'_>, host: &str) {
        match self {
            Self::ServerDies => sim.bounce(SERVER),
            Self::HostDies => sim.bounce(host),
            Self::CutOff => sim.repair(host, SERVER),
            Self::AnswersLost => sim.repair_oneway(SERVER, host),
            Self::RequestsLost => sim.repair_oneway(host, SERVER),
            Self::Held => sim.release(host, SERVER),
        }
    }
}

/// Whoever hurts a world; the same seed hurts it in the same way.
pub struct Nemesis {
    dice: Dice,
    /// The clients and the workers.
    hosts: Vec<String>,
    faults: Vec<&'static str>,
}

impl Nemesis {
    pub fn new(seed: u64, hosts: Vec<String>) -> Self {
        Self { dice: Dice::of(seed, "nemesis"), hosts, faults: Vec::new() }
    }

    /// The faults so far, by kind.
    pub fn faults(self) -> Vec<&'static str> {
        self.faults
    }

    /// Lets the world be for a while, hurts it for a while, and heals it.
    pub fn strike(&mut self, sim: &mut Sim<'_>) -> turmoil::Result {
        run_for(sim, self.length(PAUSE_MS))?;
        let mut hosts = self.hosts.clone();
        self.dice.shuffle(&mut hosts);
        let mut faults = FAULTS;
        self.dice.shuffle(&mut faults);
        let count = if self.dice.percent(TWICE_PERCENT) { 2 } else { 1 };
        // Two faults, and each on a host of its own: no link is hurt in two ways.
        let struck: Vec<_> = faults.into_iter().zip(&hosts).take(count).collect();
        let dies = struck.iter().any(|(fault, _)| *fault == Fault::ServerDies);
        let length = self.length(if dies { DEATH_MS } else { CUT_MS });
        for (fault, host) in &struck {
            fault.begin(sim, host);
            self.faults.push(fault.name(host));
        }
        run_for(sim, length)?;
        for (fault, host) in &struck {
            fault.end(sim, host);
        }
        Ok(())
    }

    fn length(&mut self, (least, most): (u64, u64)) -> Duration {
        Duration::from_millis(self.dice.between(least, most))
    }
}
