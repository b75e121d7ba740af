//! `tunewright run`: server, workers and progress in one.

use clap::Args;

use crate::context::Context;

#[derive(Debug, Args)]
pub struct RunArgs {}

pub async fn run(args: RunArgs, context: &Context) -> anyhow::Result<()> {
    anyhow::bail!("{args:?} {context:?}")
}
