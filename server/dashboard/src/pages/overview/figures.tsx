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
  const isActive = detail.state === "active";
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
      <Figure
        name="Throughput"
        note={`${count(counts.running)} running · ${counted(detail.workers, "worker")}${left(detail)}`}
      >
        {isActive ? number(rounded(detail.rate_per_minute)) : "–"} <small>trials / min</small>
      </Figure>
    </div>
  );
}

function cancelled(n: number): string {
  return n === 0 ? "" : `, ${count(n)} cancelled`;
}

function left(detail: StudyDetail): string {
  return detail.eta_ms === null || detail.eta_ms < 1000 ? "" : ` · ${duration(detail.eta_ms)} left`;
}
