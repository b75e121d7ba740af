import type { SpaceTreeAnswer } from "../../api/aggregates";
import { SpaceTree } from "../../charts";
import { ProblemNote } from "../../parts/problem-note";
import { useAnswer } from "../../state/answer";
import type { PanelProps } from "../analysis";
import { BETWEEN_MS } from "./slice-panels";

/** How trials spread over the branches; only where there are branches. */
export function SpaceTreePanel({ store, detail }: PanelProps) {
  const hasChoices = detail.parameters.some(({ scale }) => scale === "category");
  const path = hasChoices ? `${store.path}/space-tree` : null;
  const { data, problem } = useAnswer<SpaceTreeAnswer>(path, detail.counts.completed, BETWEEN_MS);
  if (!hasChoices) return null;
  return (
    <section class="card w6">
      {problem && <ProblemNote problem={problem} />}
      <SpaceTree answer={data} selection={store.selection} parameters={detail.parameters} />
    </section>
  );
}
