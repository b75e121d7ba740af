import type { StudySummary } from "../../api/types";
import { duration } from "../../format/time";
import { number, percent } from "../../format/number";
import { Moment } from "../../parts/moment";
import { StudyPill } from "../../parts/pill";
import { ended, Progress } from "../../parts/progress";
import { SortHeader } from "../../parts/sort-header";
import { Sparkline } from "../../charts";
import { studyUrl } from "../../state/route";
import type { Order } from "../studies";

export const STUDY_ORDERS = ["name", "progress", "best", "rate", "workers", "last"] as const;
export type StudyOrder = (typeof STUDY_ORDERS)[number];

interface StudiesTableProps {
  studies: readonly StudySummary[];
  order: Order;
  onOrder: (key: StudyOrder) => void;
}

export function StudiesTable({ studies, order, onOrder }: StudiesTableProps) {
  const header = (key: StudyOrder, word: string, isNumber = false) => (
    <SortHeader word={word} number={isNumber} sorted={order.key === key ? order.descending : null} onSort={() => onOrder(key)} />
  );
  return (
    <div class="card flush wide" role="region" aria-label="Studies" tabIndex={0}>
      <table class="studies as-list">
        <thead>
          <tr>
            {header("name", "Study")}
            <th scope="col">State</th>
            {header("progress", "Trials")}
            {header("best", "Best loss (lower is better)", true)}
            {header("rate", "Trials / min", true)}
            {header("workers", "Workers", true)}
            <th scope="col" class="num">
              Failed
            </th>
            {header("last", "Last event", true)}
          </tr>
        </thead>
        <tbody>
          {studies.map((study) => (
            <Row key={study.id} study={study} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ study }: { study: StudySummary }) {
  const { counts, best } = study;
  const done = ended(counts);
  return (
    <tr>
      <td class="whole">
        <a class="name" href={studyUrl(study.project, study.name)}>
          {study.name}
        </a>
        <div class="tags">
          {study.project !== "default" && <span class="tag">project {study.project}</span>}
          {Object.entries(study.tags).map(([key, value]) => (
            <span class="tag" key={key}>
              {value === "" ? key : `${key}: ${value}`}
            </span>
          ))}
        </div>
      </td>
      <td>
        <div>
          <StudyPill study={study} />
        </div>
      </td>
      <td>
        <Progress counts={counts} maxTrials={study.max_trials} />
      </td>
      <td class="num" data-label="Best loss">
        <span class="best-cell">
          <Sparkline values={study.spark} />
          <span title={best ? String(best.loss) : undefined}>{best ? number(best.loss) : "–"}</span>
        </span>
      </td>
      <td class="num" data-label="Trials / min">
        <span>{study.state === "active" ? number(rounded(study.rate_per_minute)) : "–"}</span>
        {study.eta_ms !== null && study.eta_ms >= 1000 && <div class="small muted">{duration(study.eta_ms)} left</div>}
      </td>
      <td class="num" data-label="Workers">
        {study.workers}
      </td>
      <td class="num" data-label="Failed">
        {done === 0 ? "–" : percent(counts.failed / done)}
      </td>
      <td class="num" data-label="Last event">
        <Moment at={study.last_event_at} />
      </td>
    </tr>
  );
}

/** A rate is not worth more than three digits. */
export function rounded(rate: number): number {
  return Number(rate.toPrecision(3));
}
