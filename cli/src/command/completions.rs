//! `tunewright completions`: the completion script of a shell.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::args::Cli;
use crate::context::Context;

const HOW: &str = "\
How to install:
  bash   tunewright completions bash > ~/.local/share/bash-completion/completions/tunewright
  zsh    tunewright completions zsh > \"${fpath[1]}/_tunewright\"
  fish   tunewright completions fish > ~/.config/fish/completions/tunewright.fish";

#[derive(Debug, Args)]
#[command(after_help = HOW)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl CompletionsArgs {
    /// Prints the script.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn run(self, context: &Context) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "tunewright", &mut script);
        context.print(&String::from_utf8_lossy(&script))
    }
}
