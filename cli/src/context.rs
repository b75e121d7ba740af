//! What every command has at hand: the server to talk to, the project, and how to answer.

use std::io::Write as _;
use std::time::Duration;

use serde::Serialize;
use tunewright::{Client, ConnectOptions};
use tunewright_core::name::ProjectName;

use crate::args::Global;

/// A person is waiting, and sees nothing meanwhile.
const DEADLINE: Duration = Duration::from_secs(2);

/// What every command has at hand.
#[derive(Clone, Debug)]
pub struct Context {
    /// The server's URL.
    pub server: String,
    /// Whether stdout is for programs.
    pub json: bool,
    /// The project that studies are looked up in.
    pub project: ProjectName,
}

impl Context {
    pub fn new(global: &Global) -> Self {
        Self { server: global.server.clone(), json: global.json, project: global.project.clone() }
    }

    /// A connection to the server.
    ///
    /// # Errors
    /// When no server answers in time.
    pub async fn client(&self) -> Result<Client, tunewright::Error> {
        Client::connect_with(ConnectOptions::to(&self.server).with_deadline(DEADLINE)).await
    }

    /// Writes one JSON document and a newline to stdout: indented on a terminal's behalf, the order of its keys kept.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn print_json<T: Serialize + ?Sized>(&self, value: &T) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        self.print(&text)
    }

    /// Writes text to stdout as it is and flushes it.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn print(&self, text: &str) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }
}
