//! `tunewright trial list`.

use clap::Args;
use tunewright::{TrialFilter, TrialInfo};
use tunewright_core::name::StudyName;
use tunewright_core::study::{EndReason, TrialState};
use tunewright_core::{Code, Refusal};

use crate::command::study::open;
use crate::context::Context;
use crate::figures;
use crate::table::Table;

#[derive(Debug, Args)]
pub struct ListArgs {
    /// The study's name
    #[arg(value_name = "STUDY", value_parser = |text: &str| StudyName::new(text))]
    study: StudyName,
    /// Only trials in this state; may be repeated
    #[arg(long = "state", value_name = "STATE", value_parser = state)]
    states: Vec<TrialState>,
    /// Only so many, the best first; those that violate a constraint come last
    #[arg(long, value_name = "N")]
    best: Option<usize>,
}

pub async fn run(args: ListArgs, context: &Context) -> anyhow::Result<()> {
    let study = open(context, args.study).await?;
    let mut trials = study.trials(&TrialFilter { states: args.states }).await?;
    if let Some(most) = args.best {
        // The sort is stable: of equal losses the first trial is the better one. Without a loss, last.
        trials.sort_by(|a, b| {
            a.is_feasible().cmp(&b.is_feasible()).reverse().then(order(a).total_cmp(&order(b)))
        });
        trials.truncate(most);
    }
    if context.json {
        return context.print_json(&trials);
    }
    if trials.is_empty() {
        return context.print("there are no such trials\n");
    }
    context.print(&table(&trials).show())
}

fn order(trial: &TrialInfo) -> f64 {
    trial.loss.unwrap_or(f64::INFINITY)
}

fn table(trials: &[TrialInfo]) -> Table {
    let has_members = trials.iter().any(|trial| trial.credit.is_some());
    let by = has_members.then_some("BY");
    let heads = [">TRIAL", "STATE", ">LOSS", ">ATTEMPT", ">TOOK", "WHY"].into_iter().chain(by);
    let mut table = Table::new(heads.chain(["POINT"]));
    for trial in trials {
        let last = trial.attempts.last();
        let member = trial.credit.as_ref().map_or_else(figures::nothing, |credit| credit.member.clone());
        let cells = [
            trial.number.to_string(),
            trial.state.as_str().to_owned(),
            figures::loss_if_any(trial.loss),
            trial.attempt.to_string(),
            figures::took(last.map(|attempt| attempt.leased_at), last.map(|attempt| attempt.ended_at)),
            trial.reason.map_or_else(figures::nothing, |reason| EndReason::as_str(reason).to_owned()),
        ];
        let cells = cells.into_iter().chain(has_members.then_some(member));
        table.row(cells.chain([figures::point(&trial.point)]));
    }
    table
}

fn state(text: &str) -> Result<TrialState, Refusal> {
    TrialState::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
        let known = TrialState::ALL.map(|state| format!("`{}`", state.as_str())).join(", ");
        Refusal::new(Code::Invalid, format!("`{text}` must be one of {known}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_by_name() {
        assert_eq!(state("pruned"), Ok(TrialState::Pruned));
        assert_eq!(
            state("done").expect_err("refused").message,
            "`done` must be one of `queued`, `running`, `completed`, `failed`, `pruned`, `cancelled`"
        );
    }
}
