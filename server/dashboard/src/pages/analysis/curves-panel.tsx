import type { CurvesAnswer } from "../../api/aggregates";
import { Curves } from "../../charts";
import { ProblemNote } from "../../parts/problem-note";
import { useAnswer } from "../../state/answer";
import { queryValue, replaceQuery } from "../../state/route";
import type { PanelProps } from "../analysis";
import { BETWEEN_MS } from "./slice-panels";

const TOPS = [5, 10, 25];

export function CurvesPanel({ store, detail }: PanelProps) {
  const top = TOPS.find((n) => String(n) === queryValue("curves")) ?? 10;
  const { data, problem } = useAnswer<CurvesAnswer>(`${store.path}/curves?top=${top}`, detail.counts.completed, BETWEEN_MS);
  if (data && data.top.length === 0 && data.band.length === 0) return null;
  return (
    <section class="card w6">
      {problem && <ProblemNote problem={problem} />}
      <Curves answer={data} selection={store.selection} height={280} />
      <label class="row card-foot">
        Best trials drawn
        <select
          value={String(top)}
          onChange={(event) => {
            const { value } = event.currentTarget;
            replaceQuery((query) => query.set("curves", value));
          }}
        >
          {TOPS.map((n) => (
            <option key={n} value={String(n)}>
              {n}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}
