//! `tunewright suggest`: points over stdin and stdout.

use clap::Args;

#[derive(Debug, Args)]
pub struct SuggestArgs {}

pub fn run(args: SuggestArgs) -> anyhow::Result<()> {
    anyhow::bail!("{args:?}")
}
