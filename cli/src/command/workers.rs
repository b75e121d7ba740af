//! `tunewright workers`: who is attached to a server.

use clap::{Args, Subcommand};
use tunewright::WorkerInfo;
use tunewright_core::name::WorkerId;
use tunewright_core::study::Runtime;

use crate::context::Context;
use crate::figures;
use crate::table::Table;

#[derive(Debug, Args)]
pub struct WorkersArgs {
    #[command(subcommand)]
    command: WorkersCommand,
}

#[derive(Debug, Subcommand)]
enum WorkersCommand {
    /// List the attached workers
    List,
    /// Have a worker take no more trials and end when its running ones are done or given back
    Drain {
        /// The worker's id, as `list` shows it
        #[arg(value_name = "ID", value_parser = |text: &str| WorkerId::new(text))]
        worker: WorkerId,
    },
}

impl WorkersArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn run(self, context: &Context) -> anyhow::Result<()> {
        let client = context.client().await?;
        match self.command {
            WorkersCommand::List => list(&client.workers().await?, context),
            WorkersCommand::Drain { worker } => {
                client.drain_worker(&worker).await?;
                if !context.json {
                    eprintln!("worker {worker} drains");
                }
                Ok(())
            }
        }
    }
}

fn list(workers: &[WorkerInfo], context: &Context) -> anyhow::Result<()> {
    if context.json {
        return context.print_json(workers);
    }
    if workers.is_empty() {
        return context.print("no workers are attached\n");
    }
    let heads = ["WORKER", "HOST", "POOLS", "RUNS", ">SLOTS", ">BUSY", "STATE", "ATTACHED", "LAST HEARD"];
    let mut table = Table::new(heads);
    for worker in workers {
        let pools: Vec<_> = worker.pools.iter().map(|pool| pool.as_str()).collect();
        table.row([
            worker.id.to_string(),
            worker.host.clone(),
            pools.join(","),
            runs(worker.runtime.as_ref()),
            worker.slots.to_string(),
            worker.busy.to_string(),
            if worker.draining { "draining" } else { "attached" }.to_owned(),
            figures::time(worker.attached_at),
            figures::time(worker.last_heard),
        ]);
    }
    context.print(&table.show())
}

fn runs(runtime: Option<&Runtime>) -> String {
    match runtime {
        None => "a command".to_owned(),
        Some(Runtime { pickled: false, python_version, .. }) => {
            format!("functions, Python {python_version}").trim_end_matches(", Python ").to_owned()
        }
        Some(Runtime { python_version, cloudpickle_version, .. }) => {
            format!("functions and pickles, Python {python_version}, cloudpickle {cloudpickle_version}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_worker_runs_is_said_in_words() {
        let runtime = |pickled, python: &str| Runtime {
            pickled,
            python_version: python.to_owned(),
            cloudpickle_version: "3.1.2".to_owned(),
        };
        assert_eq!(runs(None), "a command");
        assert_eq!(runs(Some(&runtime(false, "3.11"))), "functions, Python 3.11");
        assert_eq!(runs(Some(&runtime(false, ""))), "functions");
        let pickles = "functions and pickles, Python 3.11, cloudpickle 3.1.2";
        assert_eq!(runs(Some(&runtime(true, "3.11"))), pickles);
    }
}
