//! `tunewright trial`.

use clap::Args;

use crate::context::Context;

#[derive(Debug, Args)]
pub struct TrialArgs {}

impl TrialArgs {
    pub async fn run(self, context: &Context) -> anyhow::Result<()> {
        anyhow::bail!("{self:?} {context:?}")
    }
}
