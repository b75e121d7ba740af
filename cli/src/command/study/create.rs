//! `tunewright study create`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tunewright_core::name::StudyName;
use tunewright_core::study::StudyRef;

use crate::context::Context;
use crate::study_file::StudyFile;

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The study's definition, YAML or JSON; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What to call it [default: the file's `name`, else the file's own name]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| StudyName::new(text))]
    name: Option<StudyName>,
}

pub async fn run(args: CreateArgs, context: &Context) -> anyhow::Result<()> {
    let file = StudyFile::read(&args.file)?;
    let name = file.name_or(args.name.as_ref(), &args.file)?;
    let study = StudyRef::new(context.project.clone(), name);
    let client = context.client().await?;
    let (info, created) = client.create_study(&study, &file.spec).await?;
    if context.json {
        return context.print_json(&json!({"created": created, "study": info}));
    }
    let what = if created { "created" } else { "exists already with the same definition:" };
    context.print(&format!("{what} {study} ({})\n", info.status.as_str()))
}
