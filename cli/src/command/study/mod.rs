//! `tunewright study`.

use clap::Args;

use crate::context::Context;

#[derive(Debug, Args)]
pub struct StudyArgs {}

impl StudyArgs {
    pub async fn run(self, context: &Context) -> anyhow::Result<()> {
        anyhow::bail!("{self:?} {context:?}")
    }
}
