import { useRef } from "preact/hooks";
import type { ContourAnswer, RankAnswer } from "../../api/aggregates";
import type { Parameter } from "../../api/types";
import { Contour, Rank } from "../../charts";
import { ProblemNote } from "../../parts/problem-note";
import { useAnswer } from "../../state/answer";
import { queryValue, replaceQuery } from "../../state/route";
import type { PanelProps } from "../analysis";
import { BETWEEN_MS, useByImportance, useSeen } from "./slice-panels";

/** Two parameters at a time: how the loss lies over them, and where the best trials are. */
export function PairPanels({ store, detail }: PanelProps) {
  const box = useRef<HTMLElement>(null);
  const seen = useSeen(box);
  const parameters = useByImportance(store, detail.parameters, detail.counts.completed);
  const pick = (key: string, otherwise: Parameter | undefined): Parameter | undefined =>
    parameters.find(({ label }) => label === queryValue(key)) ?? otherwise;
  const x = pick("px", parameters[0]);
  const y = pick("py", parameters.find((parameter) => parameter !== x));
  const query = x && y ? new URLSearchParams({ x: x.label, y: y.label }) : null;
  const path = (what: string): string | null => (seen && query && x !== y ? `${store.path}/${what}?${query}` : null);
  const { completed } = detail.counts;
  const contour = useAnswer<ContourAnswer>(path("contour"), completed, BETWEEN_MS);
  const rank = useAnswer<RankAnswer>(path("rank"), completed, BETWEEN_MS);
  if (!x || !y) return null;
  return (
    <section class="w12 stack" aria-labelledby="pairs-head" ref={box}>
      <div class="head">
        <h2 id="pairs-head">Two parameters together</h2>
        <ParameterSelect word="Across" queryKey="px" value={x} parameters={parameters} other={y} />
        <ParameterSelect word="Up" queryKey="py" value={y} parameters={parameters} other={x} />
      </div>
      <div class="grid">
        <section class="card w6">
          {contour.problem && <ProblemNote problem={contour.problem} />}
          <Contour answer={contour.data} x={x} y={y} selection={store.selection} height={320} />
        </section>
        <section class="card w6">
          {rank.problem && <ProblemNote problem={rank.problem} />}
          <Rank answer={rank.data} x={x} y={y} selection={store.selection} height={320} />
        </section>
      </div>
    </section>
  );
}

interface ParameterSelectProps {
  word: string;
  queryKey: string;
  value: Parameter;
  parameters: readonly Parameter[];
  /** Taken by the other axis. */
  other: Parameter;
}

function ParameterSelect({ word, queryKey, value, parameters, other }: ParameterSelectProps) {
  return (
    <label class="row">
      {word}
      <select
        value={value.label}
        onChange={(event) => {
          const { value: label } = event.currentTarget;
          replaceQuery((query) => query.set(queryKey, label));
        }}
      >
        {parameters.map(({ label }) => (
          <option key={label} value={label} disabled={label === other.label}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
