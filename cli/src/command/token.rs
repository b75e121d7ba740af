//! `tunewright token`: who may do what on a server that asks for tokens.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;
use tunewright::{Scope, Standing, TokenId, TokenInfo};

use crate::context::Context;
use crate::durations;
use crate::figures;
use crate::table::{self, Table};

const SCOPES: &str = "\
A scope is a permission and the project it holds in: `study:read@vision`, or `study:read@*` for all projects.

  study:read      see studies, their trials and their workers
  study:create    create studies, and attach to them what their objective needs
  study:control   change, stop and delete studies and trials; and all of worker:run
  worker:run      lease trials and tell how they ended: for workers and programs that ask and tell
  admin           all of these, and tokens for them

Examples:
  tunewright token create --scope worker:run@vision --label 'GPU workers' --expires 90d
  tunewright token create --scope study:read@vision --scope study:create@vision --label ada";

#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Create a token; it is shown this once
    #[command(after_help = SCOPES)]
    Create(CreateArgs),
    /// List the tokens that you administer
    List {
        /// Also those that have expired or were revoked
        #[arg(long)]
        all: bool,
    },
    /// Revoke a token: it is good no more, at once
    Revoke {
        /// The token's id, as `list` shows it
        #[arg(value_name = "ID", value_parser = |text: &str| TokenId::new(text))]
        id: TokenId,
    },
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// What it allows and where, `PERMISSION@PROJECT`; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = |text: &str| text.parse::<Scope>())]
    scopes: Vec<Scope>,
    /// Whose it is, what it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    label: String,
    /// For how long it is good, for example `90d` [default: until it is revoked]
    #[arg(long, value_name = "DURATION", value_parser = lifetime)]
    expires: Option<Duration>,
}

impl TokenArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn run(self, context: &Context) -> anyhow::Result<()> {
        let client = context.client().await?;
        match self.command {
            TokenCommand::Create(CreateArgs { scopes, label, expires }) => {
                let (token, secret) = client.create_token(label, &scopes, expires).await?;
                if context.json {
                    return context.print_json(&json!({"token": token, "secret": secret.reveal()}));
                }
                // Alone on stdout, so that it can be sent to a file without being seen.
                context.print(&format!("{}\n", secret.reveal()))?;
                eprintln!("{}this token is not shown again", described(&token));
                Ok(())
            }
            TokenCommand::List { all } => {
                let mut tokens = client.tokens().await?;
                tokens.retain(|token| all || token.standing == Standing::Good);
                list(&tokens, context)
            }
            TokenCommand::Revoke { id } => {
                let token = client.revoke_token(&id).await?;
                if context.json {
                    return context.print_json(&token);
                }
                eprintln!("token {id} is good no more");
                Ok(())
            }
        }
    }
}

fn list(tokens: &[TokenInfo], context: &Context) -> anyhow::Result<()> {
    if context.json {
        return context.print_json(tokens);
    }
    if tokens.is_empty() {
        return context.print("there are no tokens\n");
    }
    let mut table = Table::new(["TOKEN", "LABEL", "SCOPES", "STANDING", "CREATED", "EXPIRES"]);
    for token in tokens {
        table.row([
            token.id.to_string(),
            token.label.clone(),
            scopes(token),
            token.standing.as_str().to_owned(),
            figures::time(token.created_at),
            token.expires_at.map_or_else(figures::nothing, figures::time),
        ]);
    }
    context.print(&table.show())
}

fn described(token: &TokenInfo) -> String {
    let expires = token.expires_at.map_or_else(|| "when it is revoked".to_owned(), figures::time);
    table::pairs([
        ("id", token.id.to_string()),
        ("label", token.label.clone()),
        ("scopes", scopes(token)),
        ("expires", expires),
    ])
}

fn scopes(token: &TokenInfo) -> String {
    token.scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// 0 would mean that it never expires.
fn lifetime(text: &str) -> Result<Duration, String> {
    match durations::parse(text) {
        Ok(Duration::ZERO) => Err("must be longer than 0".to_owned()),
        Ok(lifetime) => Ok(lifetime),
        Err(refusal) => Err(refusal.message),
    }
}
