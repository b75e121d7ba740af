import type { ParetoAnswer } from "../../api/aggregates";
import { Pareto } from "../../charts";
import { ProblemNote } from "../../parts/problem-note";
import { useAnswer } from "../../state/answer";
import { queryValue, replaceQuery } from "../../state/route";
import type { PanelProps } from "../analysis";
import { BETWEEN_MS } from "./slice-panels";

// What people call a metric of which more is better; whoever has another one says so with a tick.
const MOSTLY_HIGHER = /(^|[_.-])(acc|accuracy|auc|auroc|f1|map|precision|r2|recall|reward|score)($|[_.@-])/i;

/** The loss against a metric or two; only where trials report metrics. */
export function ParetoPanel({ store, detail }: PanelProps) {
  const { metrics } = detail;
  const known = (name: string | null): string | undefined => metrics.find((metric) => metric === name);
  const first = known(queryValue("m1")) ?? metrics[0];
  const second = known(queryValue("m2"));
  const told = queryValue("higher");
  const higher = new Set(told === null ? metrics.filter((name) => MOSTLY_HIGHER.test(name)) : told.split(","));
  const chosen = [first, second].filter((name) => name !== undefined);
  const query = new URLSearchParams({ objectives: ["loss", ...chosen.map((name) => `m.${name}`)].join(",") });
  const maximized = chosen.filter((name) => higher.has(name)).map((name) => `m.${name}`);
  if (maximized.length > 0) query.set("maximize", maximized.join(","));
  const path = first === undefined ? null : `${store.path}/pareto?${query}`;
  const { data, problem } = useAnswer<ParetoAnswer>(path, detail.counts.completed, BETWEEN_MS);
  if (first === undefined) return null;
  const set = (key: string, value: string): void =>
    replaceQuery((query) => (value === "" ? query.delete(key) : query.set(key, value)));
  // Kept also when it is empty: that is then what somebody chose.
  const turn = (name: string, isHigher: boolean): void => {
    const next = new Set(higher);
    if (isHigher) next.add(name);
    else next.delete(name);
    replaceQuery((query) => query.set("higher", [...next].filter((name) => name !== "").join(",")));
  };
  return (
    <section class="card w6">
      {problem && <ProblemNote problem={problem} />}
      <Pareto answer={data} selection={store.selection} height={240} />
      <div class="row card-foot">
        <label class="row">
          Loss against
          <select value={first} onChange={(event) => set("m1", event.currentTarget.value)}>
            {metrics.map((name) => (
              <option key={name} value={name} disabled={name === second}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {metrics.length > 1 && (
          <label class="row">
            and
            <select value={second ?? ""} onChange={(event) => set("m2", event.currentTarget.value)}>
              <option value="">nothing else</option>
              {metrics.map((name) => (
                <option key={name} value={name} disabled={name === first}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        {chosen.map((name) => (
          <label key={name} class="check">
            <input type="checkbox" checked={higher.has(name)} onChange={(event) => turn(name, event.currentTarget.checked)} />
            higher {name} is better
          </label>
        ))}
      </div>
    </section>
  );
}
