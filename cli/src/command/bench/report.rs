//! The tables.

use serde::Serialize;

use super::cell::Row;
use super::fleet::FleetRow;
use super::machine::Machine;
use super::overload::OverloadRow;
use super::restart::RestartTime;
use super::soak::SoakRow;
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
    workers: Vec<FleetRow>,
    soak: Vec<SoakRow>,
    overload: Vec<OverloadRow>,
}

impl Report {
    pub const fn new(machine: Machine) -> Self {
        Self {
            machine,
            round_trips: Vec::new(),
            not_measured: Vec::new(),
            suggest: Vec::new(),
            restart: Vec::new(),
            workers: Vec::new(),
            soak: Vec::new(),
            overload: Vec::new(),
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

    pub fn print_fleet_head(&self, context: &Context) -> anyhow::Result<()> {
        Self::tell(
            context,
            "\nattached workers         workers  seconds  attached s  heartbeats   p99 ms   max ms  false losses  server MiB  CPU\n",
        )
    }

    pub fn add_fleet(&mut self, row: FleetRow, context: &Context) -> anyhow::Result<()> {
        let line = format!(
            "{:<22} {:>9} {:>8.0} {:>11.1} {:>11} {:>8} {:>8} {:>13} {:>11.0} {:>3.0}%\n",
            row.store,
            row.workers,
            row.seconds,
            row.attached_s,
            row.heartbeats,
            millis(row.p99_us),
            millis(row.max_us),
            row.false_losses,
            row.server_peak_mib,
            row.server_cpu_share * 100.0,
        );
        self.workers.push(row);
        Self::tell(context, &line)
    }

    pub fn print_soak_head(&self, context: &Context) -> anyhow::Result<()> {
        Self::tell(
            context,
            "\nsoak                     seconds  studies  round trips/s   p50 ms   p99 ms   max ms  server MiB in each fifth\n",
        )
    }

    pub fn add_soak(&mut self, row: SoakRow, context: &Context) -> anyhow::Result<()> {
        let memory: String = row.memory_mib.iter().map(|mib| format!(" {mib:>5.0}")).collect();
        let line = format!(
            "{:<22} {:>9.0} {:>8} {:>14.0} {:>8} {:>8} {:>8}  {memory}\n",
            row.store,
            row.seconds,
            row.studies,
            row.per_second,
            millis(row.p50_us),
            millis(row.p99_us),
            millis(row.max_us),
        );
        self.soak.push(row);
        Self::tell(context, &line)
    }

    pub fn print_overload_head(&self, context: &Context) -> anyhow::Result<()> {
        Self::tell(
            context,
            "\noverload                 seconds   peak/s  overload/s  share  slowest   refused  recovered s  server MiB\n",
        )
    }

    pub fn add_overload(&mut self, row: OverloadRow, context: &Context) -> anyhow::Result<()> {
        let recovered = row.recovered_s.map_or_else(|| "not in 10".to_owned(), |s| format!("{s:.1}"));
        let line = format!(
            "{:<22} {:>9.0} {:>8.0} {:>11.0} {:>5.0}% {:>7.0}% {:>9} {recovered:>12} {:>11.0}\n",
            row.store,
            row.seconds,
            row.peak,
            row.goodput,
            row.goodput_share * 100.0,
            row.slowest_share * 100.0,
            row.refused,
            row.server_peak_mib,
        );
        self.overload.push(row);
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
