//! `tunewright bench`: what this machine can do.

use clap::Args;

use crate::context::Context;

#[derive(Debug, Args)]
pub struct BenchArgs {
    /// How long to measure each cell of the table, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    seconds: u64,
    /// A Redis to measure on, instead of starting `redis-server`; its database must be empty
    #[arg(long, value_name = "URL")]
    redis: Option<String>,
}

pub async fn run(args: BenchArgs, context: &Context) -> anyhow::Result<()> {
    anyhow::bail!("{args:?} {context:?}")
}
