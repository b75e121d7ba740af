//! `tunewright study attachments` and `tunewright study attachment`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use tunewright::{Attachment, TrialNumber};

use super::{Named, open};
use crate::context::Context;
use crate::table::Table;

#[derive(Debug, Args)]
pub struct AttachmentArgs {
    #[command(flatten)]
    named: Named,
    /// The attachment's name, as `attachments` shows it
    #[arg(value_name = "NAME")]
    name: String,
    /// It is beside this trial, not the study itself
    #[arg(long, value_name = "NUMBER")]
    trial: Option<u64>,
    /// Write its content to this file
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Lists what is attached to a study and its trials.
pub async fn list(args: Named, context: &Context) -> anyhow::Result<()> {
    let attachments = open(context, args.study).await?.attachments().await?;
    if context.json {
        return context.print_json(&attachments);
    }
    if attachments.is_empty() {
        return context.print("nothing is attached\n");
    }
    let mut table = Table::new(["TRIAL", "NAME", ">BYTES", "SHA256"]);
    for Attachment { key, size, sha256 } in attachments {
        let trial = key.trial.map_or_else(|| "-".to_owned(), |trial| trial.to_string());
        table.row([trial, key.name.to_string(), size.to_string(), sha256.to_string()]);
    }
    context.print(&table.show())
}

/// Writes one attachment's content to a file.
pub async fn get(args: AttachmentArgs, context: &Context) -> anyhow::Result<()> {
    let study = open(context, args.named.study).await?;
    let content = study.attachment(args.trial.map(TrialNumber), &args.name).await?;
    std::fs::write(&args.output, &content)
        .with_context(|| format!("cannot write `{}`", args.output.display()))?;
    if context.json {
        let (trial, output) = (args.trial, args.output.display().to_string());
        let written = json!({"trial": trial, "name": args.name, "size": content.len(), "output": output});
        return context.print_json(&written);
    }
    eprintln!("{} bytes written to {}", content.len(), args.output.display());
    Ok(())
}
