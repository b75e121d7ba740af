import type { StudyDetail } from "../../api/types";
import { count, number } from "../../format/number";
import { duration } from "../../format/time";
import { Moment } from "../../parts/moment";

const CLOSING_WORDS: Record<string, string> = {
  max_trials: "all its trials are used",
  timeout: "its time is up",
  loss_threshold: "its loss is reached",
  no_progress: "it no longer improves",
  space_exhausted: "all of its space was tried",
  max_failed: "too many trials failed",
  stopped: "it was stopped",
};

/** What the study was set up to do, in one line; and why it ends or ended. */
export function Facts({ detail }: { detail: StudyDetail }) {
  return (
    <div class="stack">
      {detail.note !== "" && <p>{detail.note}</p>}
      <ul class="facts">
        {factsOf(detail).map(([name, value]) => (
          <li key={name}>
            {name} <b>{value}</b>
          </li>
        ))}
        {detail.started_at !== null && (
          <li>
            started{" "}
            <b>
              <Moment at={detail.started_at} />
            </b>
          </li>
        )}
        {detail.ended_at !== null && (
          <li>
            ended{" "}
            <b>
              <Moment at={detail.ended_at} />
            </b>
          </li>
        )}
      </ul>
      {detail.closing !== null && (
        <p class={detail.state === "active" ? "banner" : "muted"}>
          {detail.state === "active" ? "Ends once its running trials have ended: " : "Ended: "}
          {CLOSING_WORDS[detail.closing] ?? detail.closing}.
        </p>
      )}
      {detail.stalled && detail.closing === null && (
        <p class="banner">
          There is work to do, nothing runs, and nothing has happened for a minute: is a worker of pool {detail.pool}{" "}
          attached? See <a href="/workers">Workers</a>.
        </p>
      )}
    </div>
  );
}

function factsOf(detail: StudyDetail): [string, string][] {
  const { budget } = detail;
  const facts: [string, string][] = [["algorithm", detail.algorithm]];
  if (budget.max_trials !== null) facts.push(["budget", `${count(budget.max_trials)} trials`]);
  if (budget.timeout_ms !== null) facts.push(["time limit", duration(budget.timeout_ms)]);
  if (budget.loss_threshold !== null) facts.push(["until loss", number(budget.loss_threshold)]);
  if (budget.max_failed !== null) facts.push(["failures allowed", count(budget.max_failed)]);
  if (detail.parallelism !== null) facts.push(["parallel", count(detail.parallelism)]);
  facts.push(["pool", detail.pool], ["seed", detail.seed]);
  if (detail.started_at !== null && detail.ended_at !== null) {
    facts.push(["took", duration(detail.ended_at - detail.started_at)]);
  }
  return facts;
}
