//! `tunewright study list`.

use clap::Args;
use tunewright::StudyInfo;

use crate::context::Context;
use crate::figures;
use crate::table::Table;

#[derive(Debug, Args)]
pub struct ListArgs {
    /// The studies of all projects
    #[arg(long)]
    all_projects: bool,
}

pub async fn run(args: ListArgs, context: &Context) -> anyhow::Result<()> {
    let project = (!args.all_projects).then_some(&context.project);
    let mut studies = context.client().await?.studies(project).await?;
    studies.sort_by(|a, b| (&a.project, &a.name).cmp(&(&b.project, &b.name)));
    if context.json {
        return context.print_json(&studies);
    }
    if studies.is_empty() {
        let place = project.map_or_else(String::new, |project| format!(" in project `{project}`"));
        return context.print(&format!("there are no studies{place}\n"));
    }
    context.print(&table(&studies, args.all_projects).show())
}

fn table(studies: &[StudyInfo], all_projects: bool) -> Table {
    let heads = [
        "STUDY",
        "STATUS",
        ">QUEUED",
        ">RUNNING",
        ">COMPLETED",
        ">FAILED",
        ">PRUNED",
        ">BUDGET",
        ">BEST",
        "CREATED",
    ];
    let mut table = Table::new(heads);
    for study in studies {
        let name = if all_projects { study.study_ref().to_string() } else { study.name.to_string() };
        let counts = study.counts;
        table.row([
            name,
            study.status.as_str().to_owned(),
            counts.queued.to_string(),
            counts.running.to_string(),
            counts.completed.to_string(),
            counts.failed.to_string(),
            counts.pruned.to_string(),
            study.spec.budget.max_trials.map_or_else(figures::nothing, |most| most.to_string()),
            figures::loss_if_any(study.best.map(|best| best.loss)),
            figures::time(study.created_at),
        ]);
    }
    table
}
