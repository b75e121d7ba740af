//! Hurts what the schedule says, and heals it. All of it blocks, with deadlines.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::crew::Crew;
use super::disk::{self, Room};
use super::history::History;
use super::proxy::{Mode, Proxy};
use super::schedule::{Fault, FaultKind, Step, Target};
use super::site::Site;

/// A server that is to die around a commit gets so long beyond its step to come to that commit.
const TO_DIE: Duration = Duration::from_secs(2);
/// At which commit at most.
const PASSES: u64 = 150;
/// How wrong a clock is at most.
const CLOCK_STEP_MS: u64 = 2 * 3_600_000;
/// By how much Redis may still append on a disk that is as good as full.
const REDIS_ROOM: u64 = 4_096;
/// How often somebody who watches a run hears of it.
const PROGRESS: Duration = Duration::from_secs(5);

/// Who hurts.
#[derive(Debug)]
pub struct Nemesis {
    pub site: Site,
    pub crew: Crew,
    /// Faults that were injected, by kind.
    pub injected: BTreeMap<FaultKind, u64>,
    /// What nobody did, and happened all the same.
    pub surprises: Vec<String>,
    pub history: Arc<History>,
    /// Whether to print how it goes.
    pub is_watched: bool,
}

impl Nemesis {
    /// Carries out the whole schedule, and heals.
    pub fn strike(&mut self, steps: &[Step]) {
        let began = Instant::now();
        let mut told = began;
        for step in steps {
            if self.is_watched && told.elapsed() >= PROGRESS {
                told = Instant::now();
                self.tell(began.elapsed());
            }
            thread::sleep(step.pause);
            self.look_around();
            let is_alone = step.faults.len() == 1;
            for fault in &step.faults {
                self.begin(*fault, is_alone);
                *self.injected.entry(fault.kind).or_default() += 1;
            }
            thread::sleep(step.lasting);
            let mut faults = step.faults.clone();
            // A server does not start without its store.
            faults.sort_by_key(|fault| !matches!(fault.kind.target(), Target::Redis | Target::StoreLink));
            for fault in faults {
                self.end(fault);
            }
        }
        self.look_around();
    }

    fn tell(&self, elapsed: Duration) {
        let (seconds, faults) = (elapsed.as_secs(), self.injected.values().sum::<u64>());
        let (results, requests) = (self.history.results(), self.history.requests());
        println!("{seconds:5} s: {faults} faults, {results} trials ended, {requests} requests");
    }

    /// Whether all that should run does.
    fn look_around(&mut self) {
        if !self.site.server.is_running() {
            self.surprises.push("the server ended by itself".to_owned());
            self.site.server.start();
        }
        for worker in &mut self.site.workers {
            if !worker.is_running() {
                self.surprises.push("a worker ended by itself".to_owned());
                self.surprises.extend(worker.start().err().map(|error| error.to_string()));
            }
        }
    }

    fn begin(&mut self, fault: Fault, is_alone: bool) {
        let Self { site, crew, surprises, .. } = self;
        let Fault { kind, draw } = fault;
        let worker = usize::try_from(draw % site.workers.len() as u64).unwrap_or(0);
        match kind {
            FaultKind::ServerKilled => site.server.kill_9(),
            FaultKind::ServerStopped => site.server.signal(Signal::SIGSTOP),
            FaultKind::ServerTerminated => {
                let code = site.server.terminate();
                if is_alone && code != Some(0) {
                    surprises.push(format!("the server was asked to end and ended with {code:?}"));
                }
            }
            FaultKind::ServerDiesBeforeCommit
            | FaultKind::ServerDiesBeforeReply
            | FaultKind::ServerDiesAfterReply => {
                site.server.kill_9();
                let place = failpoint(kind, draw);
                // With its store away it does not start; it does once the store is back.
                let _ = site.server.try_start(Some(&place));
            }
            FaultKind::ServerClockStepped => {
                site.server.kill_9();
                let off = draw % (2 * CLOCK_STEP_MS);
                site.server.clock_step_ms = i64::try_from(off).unwrap_or(0) - CLOCK_STEP_MS.cast_signed();
            }
            FaultKind::DiskFull => {
                let room = if draw % 2 == 0 { Room::Nothing } else { Room::Bytes(0) };
                note(surprises, leave_server(site, room));
            }
            FaultKind::WorkerKilled => site.workers[worker].kill_9(),
            FaultKind::WorkerStopped => site.workers[worker].signal(Signal::SIGSTOP),
            FaultKind::AskerKilled => crew.kill(draw),
            _ => self.begin_elsewhere(fault),
        }
    }

    fn begin_elsewhere(&mut self, fault: Fault) {
        let site = &mut self.site;
        match (fault.kind, site.redis.as_mut()) {
            (FaultKind::RedisKilled, Some(redis)) => redis.kill_9(),
            (FaultKind::RedisStopped, Some(redis)) => redis.pause(),
            (FaultKind::RedisTerminated, Some(redis)) => redis.terminate(),
            (FaultKind::RedisDiskFull, Some(redis)) => {
                let room = Room::Bytes(fault.draw % REDIS_ROOM);
                note(&mut self.surprises, disk::leave(room, redis.pid(), redis.directory()));
            }
            (kind, _) => {
                let mode = mode(kind, fault.draw);
                for link in links(site, fault) {
                    link.set(mode);
                }
            }
        }
    }

    fn end(&mut self, fault: Fault) {
        let Self { site, crew, surprises, injected, .. } = self;
        let Fault { kind, draw } = fault;
        let worker = usize::try_from(draw % site.workers.len() as u64).unwrap_or(0);
        match (kind, site.redis.as_mut()) {
            (FaultKind::ServerKilled | FaultKind::ServerTerminated | FaultKind::ServerClockStepped, _) => {
                site.server.start()
            }
            (FaultKind::ServerStopped, _) => site.server.signal(Signal::SIGCONT),
            (
                FaultKind::ServerDiesBeforeCommit
                | FaultKind::ServerDiesBeforeReply
                | FaultKind::ServerDiesAfterReply,
                _,
            ) => {
                let ended = site.server.wait(TO_DIE);
                if ended.and_then(|status| status.signal()) != Some(Signal::SIGKILL as i32) {
                    // It did not come so far, or did not even start: then it was only killed, at its beginning.
                    *injected.entry(kind).or_default() -= 1;
                    *injected.entry(FaultKind::ServerKilled).or_default() += 1;
                }
                site.server.kill_9();
                site.server.start();
            }
            (FaultKind::DiskFull, _) => note(surprises, leave_server(site, Room::Enough)),
            (FaultKind::RedisKilled | FaultKind::RedisTerminated, Some(redis)) => redis.start_again(),
            (FaultKind::RedisDiskFull, Some(redis)) => {
                // One that has to force each write to disk and cannot ends, and says so.
                if redis.is_running() {
                    note(surprises, disk::leave(Room::Enough, redis.pid(), redis.directory()));
                } else {
                    redis.start_again();
                }
            }
            (FaultKind::RedisStopped, Some(redis)) => redis.resume(),
            (FaultKind::WorkerKilled, _) => {
                surprises.extend(site.workers[worker].start().err().map(|error| error.to_string()));
            }
            (FaultKind::WorkerStopped, _) => site.workers[worker].signal(Signal::SIGCONT),
            (FaultKind::AskerKilled, _) => crew.revive(draw),
            _ => {
                for link in links(site, fault) {
                    link.set(Mode::Pass);
                }
            }
        }
    }
}

fn leave_server(site: &Site, room: Room) -> io::Result<()> {
    site.server.pid().map_or(Ok(()), |pid| disk::leave(room, pid, site.directory.path()))
}

fn note(surprises: &mut Vec<String>, done: io::Result<()>) {
    surprises.extend(done.err().map(|error| error.to_string()));
}

fn failpoint(kind: FaultKind, draw: u64) -> String {
    let place = match kind {
        FaultKind::ServerDiesBeforeCommit => "before-commit",
        FaultKind::ServerDiesBeforeReply => "before-reply",
        _ => "after-reply",
    };
    format!("{place}:{}", 1 + draw % PASSES)
}

fn mode(kind: FaultKind, draw: u64) -> Mode {
    match kind {
        FaultKind::ClientsCut | FaultKind::StoreCut => Mode::Cut,
        FaultKind::ClientsHalfOpen | FaultKind::StoreHalfOpen => Mode::HalfOpen,
        FaultKind::ClientsGetNoReplies | FaultKind::StoreGivesNoReplies => Mode::DropReplies,
        FaultKind::ClientsDelayed | FaultKind::StoreDelayed => {
            Mode::Latency(Duration::from_millis(5 + draw % 300))
        }
        FaultKind::ClientsConnectTwice => Mode::DuplicateConnects,
        _ => Mode::Pass,
    }
}

/// One of the links to the server, or all of them; or the link to the store.
fn links(site: &Site, fault: Fault) -> Vec<&Proxy> {
    if fault.kind.target() == Target::StoreLink {
        return site.store_link.iter().collect();
    }
    let chosen = usize::try_from(fault.draw % (site.client_links.len() as u64 + 1)).unwrap_or(0);
    match site.client_links.get(chosen) {
        Some(link) => vec![link],
        None => site.client_links.iter().collect(),
    }
}
