import { useEffect, useRef, useState } from "preact/hooks";
import type { ImportanceAnswer, SliceAnswer } from "../../api/aggregates";
import type { Parameter } from "../../api/types";
import { Slice } from "../../charts";
import { ProblemNote } from "../../parts/problem-note";
import { useAnswer } from "../../state/answer";
import { queryValue } from "../../state/route";
import type { StudyStore } from "../../state/study-store";
import type { PanelProps } from "../analysis";

const FIRST_SHOWN = 6;
export const BETWEEN_MS = 3000;

/** One small chart a parameter, the most important one first; the one that the URL names before all. */
export function SlicePanels({ store, detail }: PanelProps) {
  const [all, setAll] = useState(false);
  const named = queryValue("p");
  const parameters = useByImportance(store, detail.parameters, detail.counts.completed);
  const first = parameters.find(({ label }) => label === named);
  const ordered = first ? [first, ...parameters.filter((parameter) => parameter !== first)] : parameters;
  const shown = all ? ordered : ordered.slice(0, FIRST_SHOWN);
  return (
    <section class="w12 stack" aria-labelledby="slices-head">
      <div class="head">
        <h2 id="slices-head">Loss by parameter</h2>
        <span class="muted small">most important first; lower is better</span>
        {ordered.length > FIRST_SHOWN && (
          <button type="button" class="plain" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? `First ${FIRST_SHOWN} only` : `All ${ordered.length} parameters`}
          </button>
        )}
      </div>
      <div class="multiples">
        {shown.map((parameter) => (
          <SlicePanel key={parameter.label} store={store} parameter={parameter} />
        ))}
      </div>
    </section>
  );
}

function SlicePanel({ store, parameter }: { store: StudyStore; parameter: Parameter }) {
  const box = useRef<HTMLElement>(null);
  const seen = useSeen(box);
  const path = `${store.path}/slice?parameter=${encodeURIComponent(parameter.label)}`;
  const completed = store.detail.value?.counts.completed ?? 0;
  const { data, problem } = useAnswer<SliceAnswer>(seen ? path : null, completed, BETWEEN_MS);
  return (
    <section class="card" ref={box}>
      {problem && <ProblemNote problem={problem} />}
      <Slice answer={data} parameter={parameter} selection={store.selection} height={200} />
    </section>
  );
}

/** Parameters by importance; as in the space until it is known. The order is not changed under a reader's eyes. */
export function useByImportance(store: StudyStore, parameters: readonly Parameter[], completed: number): Parameter[] {
  const { data } = useAnswer<ImportanceAnswer>(`${store.path}/importance`, completed > 0 ? 1 : 0);
  if (!data) return [...parameters];
  const rank = new Map(data.parameters.map(({ label }, index) => [label, index]));
  const last = parameters.length;
  return [...parameters].sort((a, b) => (rank.get(a.label) ?? last) - (rank.get(b.label) ?? last));
}

/** Whether an element has come near the window: what nobody scrolled to is not asked for. */
export function useSeen(box: { current: HTMLElement | null }): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!box.current || seen) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true),
      { rootMargin: "300px" },
    );
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [seen]);
  return seen;
}
