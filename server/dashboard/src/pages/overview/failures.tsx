import type { FailuresAnswer } from "../../api/aggregates";
import type { StudyDetail } from "../../api/types";
import { counted } from "../../format/number";
import { Card } from "../../parts/card";
import { ProblemNote } from "../../parts/problem-note";
import { reasonInWords } from "../../parts/reason";
import { Skeleton } from "../../parts/skeleton";
import { useAnswer } from "../../state/answer";
import { studyUrl } from "../../state/route";
import type { StudyStore } from "../../state/study-store";

/** Why trials fail, the most common cause first. */
export function Failures({ store, detail }: { store: StudyStore; detail: StudyDetail }) {
  const { data, problem } = useAnswer<FailuresAnswer>(`${store.path}/failures`, detail.counts.failed);
  const all = detail.counts.completed === 0;
  return (
    <Card title={all ? "No trial has completed: what went wrong" : "More trials fail than complete: what goes wrong"}>
      {problem && <ProblemNote problem={problem} />}
      {data === null && !problem && <Skeleton what="causes" />}
      <ul class="stack causes">
        {data?.reasons.slice(0, 4).map(({ reason, n, examples }) => (
          <li key={reason} class="why">
            <h3>
              {reasonInWords(reason)} · {counted(n, "trial")}
            </h3>
            {examples.slice(0, 1).map(({ trial, message }) => (
              <div key={trial}>
                {message !== "" && <p class="mono">{message}</p>}
                <a href={studyUrl(store.project, store.name, `t/${trial}`)}>trial {trial} with its output</a>
              </div>
            ))}
          </li>
        ))}
      </ul>
    </Card>
  );
}
