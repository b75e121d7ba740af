//! The picture of a study: from what is known to lines of text.

use std::collections::BTreeMap;
use std::time::Duration;

use tunewright::{EndCause, Status, Timestamp, TrialInfo, WorkerInfo};

use super::board::Board;
use super::speed::rate;
use crate::command::study::show::trials;
use crate::command::study::waiting::waits_with;
use crate::durations;
use crate::figures::{count, loss, loss_if_any, nothing, point};
use crate::ink::{Ink, Line};
use crate::screen::Size;
use crate::table::Table;

/// So many lines a point may take; where there are few rows, one.
const POINT_LINES: usize = 3;
const FEW_ROWS: usize = 18;

/// When the picture is made.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// By the clock of this machine.
    pub now: Timestamp,
    /// Since the screen was taken.
    pub uptime: Duration,
}

/// At most as many lines as there are rows; the terminal's width is what they are laid out for, but they may be longer.
pub fn render(board: &Board, at: Moment, size: Size) -> Vec<Line> {
    let mut lines = head(board, at, size.columns);
    lines.extend(best(board, size));
    let failures = failures(board);
    let workers = workers(board, at);
    let running = running(board, at);
    // Each part has an empty line before it.
    let room = size.rows.saturating_sub(lines.len());
    let for_failures = if failures.is_empty() { 0 } else { failures.len() + 1 };
    let rest = room.saturating_sub(for_failures);
    let for_workers = (workers.len() + 1).min((rest / 3).max(rest.saturating_sub(running.len() + 1)));
    add(&mut lines, running, rest - for_workers.min(rest), "running trials");
    add(&mut lines, workers, for_workers.min(rest), "workers");
    add(&mut lines, failures, for_failures, "lines");
    lines.truncate(size.rows);
    lines
}

/// Adds a part with an empty line before it, in so many lines at most; the last one tells what is left out.
fn add(lines: &mut Vec<Line>, part: Vec<Line>, room: usize, what: &str) {
    let Some(room) = room.checked_sub(1).filter(|room| *room > 0 && !part.is_empty()) else { return };
    lines.push(Line::new());
    if part.len() <= room {
        lines.extend(part);
        return;
    }
    let left_out = part.len() + 1 - room;
    lines.extend(part.into_iter().take(room - 1));
    lines.push(Line::new().with(Ink::Dim, format!("... {left_out} more {what}")));
}

fn head(board: &Board, at: Moment, width: usize) -> Vec<Line> {
    let info = &board.info;
    let status = match info.status {
        Status::Active | Status::Completed => Ink::Good,
        Status::Paused | Status::Stopped => Ink::Warning,
        Status::Failed => Ink::Bad,
    };
    let closing = info.closing.map(|cause| format!(", ending ({})", EndCause::as_str(cause)));
    let title = Line::new()
        .with(Ink::Bold, info.study_ref().to_string())
        .with(Ink::Plain, "  ")
        .with(status, info.status.as_str())
        .with(Ink::Warning, closing.unwrap_or_default());
    let title = match board.away_since {
        Some(since) => {
            let away = at.uptime.saturating_sub(since);
            title.with(
                Ink::Bad,
                format!("  the server does not answer, reconnecting for {}", durations::show(away)),
            )
        }
        None => title.with_end(Ink::Dim, "q leaves", width),
    };
    let mut counts = Line::new().with(Ink::Plain, trials(info.counts));
    counts = counts.with(Ink::Dim, format!("  by {}", info.spec.algorithm.name()));
    if let Some(started) = info.started_at {
        counts = counts.with(Ink::Dim, format!(", for {}", durations::show(age(started, at.now))));
    }
    let mut lines = vec![title, progress(board, width), counts];
    if let Some(whom) = waits_with(info, &board.workers).filter(|_| board.away_since.is_none()) {
        lines.push(Line::new().with(Ink::Warning, format!("it waits for {whom}")));
    }
    lines
}

fn progress(board: &Board, width: usize) -> Line {
    let done = board.done();
    let mut parts = Vec::new();
    let mut line = Line::new();
    match board.info.spec.budget.max_trials {
        Some(max) => {
            let cells = (width / 3).clamp(4, 60);
            let filled = usize::try_from(done.min(max) * cells as u64 / max.max(1)).unwrap_or(cells);
            line = line.with(Ink::Accent, "█".repeat(filled)).with(Ink::Dim, "░".repeat(cells - filled));
            parts.push(format!("{done}/{max}"));
            parts.push(format!("{}%", done.min(max) * 100 / max.max(1)));
        }
        None => parts.push(count(done, "trial")),
    }
    parts.extend(board.speed.per_second().map(rate));
    if board.info.status == Status::Active {
        parts.extend(board.remaining().map(|time| format!("ETA {}", durations::show(time))));
    }
    let gap = if line.width() > 0 { "  " } else { "" };
    line.with(Ink::Plain, format!("{gap}{}", parts.join("  ")))
}

/// The best trial, and how the best loss came down.
fn best(board: &Board, size: Size) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    let Some(best) = board.info.best else {
        lines.push(Line::new().with(Ink::Dim, "no trial has completed yet"));
        return lines;
    };
    let text = Line::new().with(Ink::Plain, "best loss ").with(Ink::Good, loss(best.loss));
    lines.push(text.with(Ink::Plain, format!(" of trial {}", best.trial)));
    let width = size.columns;
    let most = if size.rows < FEW_ROWS { 1 } else { POINT_LINES };
    let known = board.best.as_ref().filter(|known| known.number == best.trial);
    lines.extend(known.map(|known| wrapped(&point(&known.point), width, most)).unwrap_or_default());
    if let Some((first, last)) = board.descent.ends() {
        let ends = format!("  {} to {}", loss(first), loss(last));
        let trials = trials_begun(board);
        let cells = width.saturating_sub(ends.len()).clamp(8, 100);
        lines.push(Line::new().with(Ink::Accent, board.descent.picture(trials, cells)).with(Ink::Dim, ends));
    }
    lines
}

fn trials_begun(board: &Board) -> u64 {
    let counts = board.info.counts;
    board.done() + counts.running + counts.cancelled
}

/// The words of a text in lines of that width, two cells further in. What is left over makes the last one too long.
fn wrapped(text: &str, width: usize, most: usize) -> Vec<Line> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let is_full =
            lines.last().is_some_and(|line| !line.is_empty() && line.len() + word.len() + 3 > width);
        if is_full && lines.len() < most {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.into_iter().map(|line| Line::new().with(Ink::Plain, format!("  {line}"))).collect()
}

fn running(board: &Board, at: Moment) -> Vec<Line> {
    let mut table = Table::new([">RUNNING", "WHERE", ">FOR", ">STEP", ">LOSS"]);
    for trial in &board.running {
        let report = board.reports.get(&trial.number);
        table.row([
            trial.number.to_string(),
            cell(trial.lessee.as_deref().unwrap_or_default()),
            trial.leased_at.map_or_else(nothing, |leased| durations::show(age(leased, at.now))),
            report.map_or_else(nothing, |(step, _)| step.to_string()),
            loss_if_any(report.and_then(|(_, loss)| *loss)),
        ]);
    }
    if board.running.is_empty() { Vec::new() } else { lines_of(&table) }
}

fn workers(board: &Board, at: Moment) -> Vec<Line> {
    let pool = &board.info.spec.pool;
    let ours: Vec<&WorkerInfo> = board.workers.iter().filter(|worker| worker.pools.contains(pool)).collect();
    if ours.is_empty() {
        return askers(&board.running);
    }
    let mut table = Table::new(["WORKER", "HOST", ">BUSY", "STATE", ">HEARD"]);
    for worker in ours {
        table.row([
            cell(worker.id.as_str()),
            cell(&worker.host),
            format!("{}/{}", worker.busy, worker.slots),
            if worker.draining { "draining" } else { "attached" }.to_owned(),
            format!("{} ago", durations::show(age(worker.last_heard, at.now))),
        ]);
    }
    lines_of(&table)
}

/// Where no worker is attached, those who ask by themselves.
fn askers(running: &[TrialInfo]) -> Vec<Line> {
    let mut askers = BTreeMap::<&str, u64>::new();
    for lessee in running.iter().filter_map(|trial| trial.lessee.as_deref()) {
        *askers.entry(lessee).or_default() += 1;
    }
    let line = match askers.len() {
        0 => "no workers are attached".to_owned(),
        number => format!("no workers are attached; {} by themselves", asking(number as u64)),
    };
    vec![Line::new().with(Ink::Dim, line)]
}

fn asking(number: u64) -> String {
    format!("{} {}", count(number, "client"), if number == 1 { "asks" } else { "ask" })
}

fn failures(board: &Board) -> Vec<Line> {
    // Events may be ahead of the counts.
    let failed = board.info.counts.failed.max(board.failed.len() as u64);
    if failed == 0 {
        return Vec::new();
    }
    let reasons = board.reasons().into_iter();
    let reasons = reasons.map(|(reason, number)| format!("{number} {}", words(reason.as_str())));
    let reasons = reasons.collect::<Vec<_>>().join(", ");
    let head = Line::new().with(Ink::Bold, "FAILED").with(Ink::Bad, format!("  {failed}"));
    let mut lines =
        vec![if reasons.is_empty() { head } else { head.with(Ink::Plain, format!(": {reasons}")) }];
    if let Some((number, reason)) = board.newest_failure() {
        let message = board.message.as_ref().filter(|(of, text)| *of == number && !text.is_empty());
        let what = message.map_or_else(|| words(reason.as_str()), |(_, text)| first_line(text));
        lines.push(Line::new().with(Ink::Plain, format!("trial {number}: {what}")));
    }
    lines
}

/// The table's lines, its heads in bold.
fn lines_of(table: &Table) -> Vec<Line> {
    let text = table.show();
    let inks = std::iter::once(Ink::Bold).chain(std::iter::repeat(Ink::Plain));
    inks.zip(text.lines()).map(|(ink, line)| Line::new().with(ink, line)).collect()
}

/// What others have named, without line breaks.
fn cell(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    if text.is_empty() { nothing() } else { text }
}

fn first_line(text: &str) -> String {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned()
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// By two clocks, which may differ.
fn age(from: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(now.0.saturating_sub(from.0))
}

#[cfg(test)]
mod tests;
