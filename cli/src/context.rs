//! What every command has at hand: the server to talk to, the project, and how to answer.

use std::io::Write as _;
use std::time::Duration;

use serde::Serialize;
use tunewright::{Client, ConnectOptions};
use tunewright_core::Refusal;
use tunewright_core::name::ProjectName;
use tunewright_worker::{Access, Token};

use crate::args::Global;

/// A person is waiting, and sees nothing meanwhile.
const DEADLINE: Duration = Duration::from_secs(2);

/// What every command has at hand.
#[derive(Clone, Debug)]
pub struct Context {
    /// The server's URL.
    pub server: String,
    /// The token and the authorities that were named; the environment tells the rest.
    pub access: Access,
    /// Whether stdout is for programs.
    pub json: bool,
    /// The project that studies are looked up in.
    pub project: ProjectName,
}

impl Context {
    /// # Errors
    /// When there is no token in the file that should hold one.
    pub fn new(global: &Global) -> Result<Self, Refusal> {
        let token = global.token_file.as_deref().map(Token::read).transpose()?;
        let access = Access { token, tls_ca: global.tls_ca.clone(), ..Access::default() };
        let (server, project) = (global.server.clone(), global.project.clone());
        Ok(Self { server, access, json: global.json, project })
    }

    /// A connection to the server.
    ///
    /// # Errors
    /// When no server answers in time.
    pub async fn client(&self) -> Result<Client, tunewright::Error> {
        Client::connect_with(self.options().with_deadline(DEADLINE)).await
    }

    /// A connection of a client with this id, as patient as training code.
    ///
    /// # Errors
    /// When no server answers in time, or when it is no id.
    pub async fn client_named(&self, id: &str) -> Result<Client, tunewright::Error> {
        Client::connect_with(self.options().with_client_id(id)).await
    }

    fn options(&self) -> ConnectOptions {
        let mut options = ConnectOptions::to(&self.server);
        options.token = self.access.token.clone();
        options.tls_ca = self.access.tls_ca.clone();
        options
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
