//! The tables.

use serde::Serialize;

use super::cell::Row;
use super::machine::Machine;
use super::restart::RestartTime;
use super::store::Unmeasured;
use super::suggest::SuggestTime;
use crate::context::Context;

/// All that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    machine: Machine,
    round_trips: Vec<Row>,
    not_measured: Vec<Unmeasured>,
    suggest: Vec<SuggestTime>,
    restart: Vec<RestartTime>,
}

impl Report {
    pub const fn new(machine: Machine) -> Self {
        Self {
            machine,
            round_trips: Vec::new(),
            not_measured: Vec::new(),
            suggest: Vec::new(),
            restart: Vec::new(),
        }
    }

    pub fn print_head(&self, context: &Context) -> anyhow::Result<()> {
        let Machine { cores, cpu, version, build } = &self.machine;
        Self::tell(context, &format!("tunewright {version} ({build} build), {cores} cores, {cpu}\n"))
    }

    pub fn print_round_trips_head(&self, context: &Context) -> anyhow::Result<()> {
        Self::tell(
            context,
            "\nask + complete         algorithm  clients  round trips/s   p50 ms   p99 ms   CPU/trial: server   clients\n",
        )
    }

    pub fn add_row(&mut self, row: Row, context: &Context) -> anyhow::Result<()> {
        let line = format!(
            "{:<22} {:<9} {:>8} {:>14.0} {:>8} {:>8} {:>16.0} us {:>6.0} us\n",
            row.store,
            row.algorithm,
            row.clients,
            row.per_second,
            millis(row.p50_us),
            millis(row.p99_us),
            row.server_cpu_us_per_trial,
            row.client_cpu_us_per_trial,
        );
        self.round_trips.push(row);
        Self::tell(context, &line)
    }

    pub fn add_unmeasured(&mut self, unmeasured: Unmeasured, context: &Context) -> anyhow::Result<()> {
        let line = format!("{:<22} not measured: {}\n", unmeasured.store, unmeasured.reason);
        self.not_measured.push(unmeasured);
        Self::tell(context, &line)
    }

    pub fn print_suggest_head(&self, context: &Context) -> anyhow::Result<()> {
        Self::tell(context, "\nsuggest, 10 parameters    trials    p50 ms    p99 ms   observe p50 ms\n")
    }

    pub fn add_suggest(&mut self, time: SuggestTime, context: &Context) -> anyhow::Result<()> {
        let line = format!(
            "{:<22} {:>9} {:>9.3} {:>9.3} {:>16.4}\n",
            time.algorithm,
            time.trials,
            time.suggest_p50_us / 1e3,
            time.suggest_p99_us / 1e3,
            time.observe_p50_us / 1e3,
        );
        self.suggest.push(time);
        Self::tell(context, &line)
    }

    pub fn print_restart_head(&self, context: &Context) -> anyhow::Result<()> {
        Self::tell(
            context,
            "\nrestart                   trials  ended by   served after s   first suggestion after s\n",
        )
    }

    pub fn add_restart(&mut self, time: RestartTime, context: &Context) -> anyhow::Result<()> {
        let line = format!(
            "{:<22} {:>9}  {:<8} {:>16.2} {:>26.2}\n",
            time.store, time.trials, time.ended_by, time.served_s, time.suggested_s,
        );
        self.restart.push(time);
        Self::tell(context, &line)
    }

    /// With `--json` the whole report, which was kept back until now.
    pub fn print_end(&self, context: &Context) -> anyhow::Result<()> {
        if context.json { context.print_json(self) } else { Ok(()) }
    }

    fn tell(context: &Context, text: &str) -> anyhow::Result<()> {
        if context.json { Ok(()) } else { context.print(text) }
    }
}

fn millis(micros: u64) -> String {
    format!("{}.{:02}", micros / 1_000, micros % 1_000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_have_two_places() {
        assert_eq!((millis(1_234).as_str(), millis(70).as_str()), ("1.23", "0.07"));
    }
}
