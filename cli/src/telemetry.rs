//! Logs, on stderr; and the way to stderr past a progress bar.

use std::io::{IsTerminal as _, Write};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use indicatif::ProgressBar;
use tracing_subscriber::EnvFilter;

use crate::args::{Global, LogFormat};

/// The bar that is on the terminal at the moment.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Starts logging. What is logged: `TUNEWRIGHT_LOG`, else `RUST_LOG`, else by `-v` and `-q`.
///
/// # Errors
/// When one of these variables does not hold a filter.
pub fn init(global: &Global, service: bool) -> anyhow::Result<()> {
    let filter = match ["TUNEWRIGHT_LOG", "RUST_LOG"].into_iter().find_map(set_variable) {
        Some((name, text)) => {
            EnvFilter::try_new(&text).with_context(|| format!("{name} is not a log filter: `{text}`"))?
        }
        None => EnvFilter::new(default_filter(global, service)),
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    match global.log_format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}

/// What waits for the terminal while a screen is shown there.
static HELD: Mutex<Option<Vec<u8>>> = Mutex::new(None);
/// So many bytes of it are kept, the first ones: what went wrong first says most.
const HELD_MAX: usize = 64 * 1024;

/// Keeps back what would be written to stderr, if that is a terminal, until [`let_go`].
pub fn hold() {
    if std::io::stderr().is_terminal() {
        HELD.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
    }
}

/// Writes what was kept back.
pub fn let_go() {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner).take();
    // It cannot fail.
    let _ = Stderr.write_all(&held.unwrap_or_default());
}

/// From now on, lines go to the terminal above this bar; `None` when it is gone.
pub fn write_above(bar: Option<ProgressBar>) {
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

/// Writes a line to stderr, above the bar if there is one.
pub fn say(line: &str) {
    // It cannot fail.
    let _ = Stderr.write_all(format!("{line}\n").as_bytes());
}

/// Stderr, past the bar. Writing to it never fails: a stderr that nobody reads any more (its reader was killed) is no
/// reason to stop working, and the subscriber would panic on the error.
struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(held) = HELD.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            if held.len() + bytes.len() <= HELD_MAX {
                held.extend_from_slice(bytes);
            }
            return Ok(bytes.len());
        }
        let bar = BAR.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let write = || std::io::stderr().lock().write_all(bytes);
        let _ = match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn set_variable(name: &'static str) -> Option<(&'static str, String)> {
    std::env::var(name).ok().filter(|text| !text.is_empty()).map(|text| (name, text))
}

/// Services tell what they do; commands for people speak for themselves and log only what is wrong.
const fn default_filter(global: &Global, service: bool) -> &'static str {
    match (global.quiet, global.verbose, service) {
        (true, ..) => "error",
        (false, 0, false) => "warn",
        (false, 0, true) | (false, 1, false) => "info",
        (false, 1, true) => "info,tunewright=debug,tunewright_server=debug,tunewright_worker=debug",
        (false, 2.., _) => "debug,tunewright=trace,tunewright_server=trace,tunewright_worker=trace",
    }
}
