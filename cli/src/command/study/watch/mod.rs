//! `tunewright study watch`.

mod board;
mod descent;
mod lines;
mod live;
mod news;
mod render;
mod speed;

use clap::Args;
use tunewright::{Study, WatchEvent};

use super::waiting::waits_for;
use super::{Named, open, show};
use crate::context::Context;
use crate::failure::Interrupted;
use crate::screen;
use lines::{Lines, study_line};
use live::{End, Live};

#[derive(Debug, Args)]
pub struct WatchArgs {
    #[command(flatten)]
    named: Named,
    /// A line for each event on a terminal, too
    #[arg(long)]
    lines: bool,
    /// Lines, and one for each intermediate value too
    #[arg(long)]
    reports: bool,
}

/// Follows the study until it has ended: on a terminal on a screen of its own, else with a line for each event.
pub async fn run(args: WatchArgs, context: &Context) -> anyhow::Result<()> {
    let study = open(context, args.named.study).await?;
    if context.json || args.lines || args.reports || !screen::is_possible() {
        return print_events(&study, args.reports, context).await;
    }
    let info = study.info().await?;
    let end =
        if info.status.is_terminal() { End::Ended } else { Live::start(&study, info)?.follow().await? };
    match end {
        End::Ended => context.print(&show::text(&study, &study.info().await?).await?),
        End::Left(info) => context.print(&format!("{}\n", study_line(&info))),
        End::Interrupted => Err(Interrupted.into()),
    }
}

/// Prints a line for each event until the study has ended.
async fn print_events(study: &Study, reports: bool, context: &Context) -> anyhow::Result<()> {
    let mut events = study.watch();
    let mut lines = Lines::new(reports);
    while let Some(event) = events.next().await {
        let event = event?;
        if context.json {
            // One document a line, so that a program can read along.
            context.print(&format!("{}\n", serde_json::to_string(&event)?))?;
        } else {
            if let Some(line) = lines.of(&event) {
                context.print(&format!("{line}\n"))?;
            }
            if let WatchEvent::Study(info) = &event
                && let Some(whom) = waits_for(study.client(), info).await?
            {
                context.print(&format!("it waits for {whom}\n"))?;
            }
        }
        if matches!(&event, WatchEvent::Study(info) if info.status.is_terminal()) {
            return Ok(());
        }
    }
    Ok(())
}
