import type { StudyDetail } from "../../api/types";
import { count, counted, number, percent } from "../../format/number";
import { duration } from "../../format/time";
import { Figure } from "../../parts/figure";
import { ended, Progress } from "../../parts/progress";
import { studyUrl } from "../../state/route";
import { rounded } from "../studies/table";

/** The four numbers that matter. */
export function Figures({ detail }: { detail: StudyDetail }) {
  const { counts, best } = detail;
  const done = ended(counts);
  const share = done === 0 ? 0 : (counts.pruned + counts.failed) / done;
  return (
    <div class="figures">
      <Figure
        name="Best loss (lower is better)"
        {...(best ? { title: String(best.loss) } : {})}
        note={
          best ? (
            <a href={studyUrl(detail.project, detail.name, `t/${best.trial}`)}>trial {best.trial}</a>
          ) : (
            "no trial has completed"
          )
        }
      >
        {best ? number(best.loss) : "–"}
      </Figure>
      <Figure name="Completed" note={<Progress counts={counts} maxTrials={detail.max_trials} />}>
        {count(counts.completed)} <small>{counts.queued > 0 && `${count(counts.queued)} queued`}</small>
      </Figure>
      <Figure name="Pruned / failed" note={`${percent(share)} of ended trials${cancelled(counts.cancelled)}`}>
        {count(counts.pruned)} / {count(counts.failed)}
      </Figure>
      <Figure name="Throughput" note={throughputNote(detail)}>
        {number(rounded(throughput(detail)))} <small>trials / min</small>
      </Figure>
    </div>
  );
}

function cancelled(n: number): string {
  return n === 0 ? "" : `, ${count(n)} cancelled`;
}

/** Trials that end in a minute: now, or on average if all have. */
function throughput(detail: StudyDetail): number {
  const took = tookMs(detail);
  return took === null ? detail.rate_per_minute : ended(detail.counts) / Math.max(took / 60_000, 1 / 60);
}

function throughputNote(detail: StudyDetail): string {
  const took = tookMs(detail);
  if (took !== null) return `on average, in ${duration(took)}`;
  const left = detail.eta_ms === null || detail.eta_ms < 1000 ? "" : ` · ${duration(detail.eta_ms)} left`;
  return `${count(detail.counts.running)} running · ${counted(detail.workers, "worker")}${left}`;
}

function tookMs({ started_at, ended_at }: StudyDetail): number | null {
  return started_at === null || ended_at === null ? null : ended_at - started_at;
}
