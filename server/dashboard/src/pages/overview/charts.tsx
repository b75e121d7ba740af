// The overview's charts, each with the question to the server that it needs.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ImportanceAnswer, TimelineAnswer } from "../../api/aggregates";
import { History, ImportanceBars, ParallelCoordinates, Timeline } from "../../charts";
import type { HistoryView, ParallelView } from "../../charts/props";
import { ProblemNote } from "../../parts/problem-note";
import { useAnswer } from "../../state/answer";
import { now } from "../../state/clock";
import type { ColumnSet } from "../../state/columnset";
import { navigate, replaceQuery, studyUrl } from "../../state/route";
import type { StudyStore } from "../../state/study-store";
import { readHistoryView, readParallelView, writeHistoryView, writeParallelView } from "../../state/chart-views";

interface ColumnsChartProps {
  store: StudyStore;
  columns: ColumnSet;
}

export function OverviewHistory({ store, columns }: ColumnsChartProps) {
  const view = useSignal<HistoryView>(readHistoryView(new URLSearchParams(location.search)));
  useEffect(() => view.subscribe((value) => replaceQuery((query) => writeHistoryView(query, value))), []);
  return (
    <section class="card w12">
      <History
        columns={columns}
        selection={store.selection}
        view={view}
        height={280}
        onNeedEnded={() => store.need("ended")}
      />
    </section>
  );
}

export function OverviewParallel({ store, columns }: ColumnsChartProps) {
  const view = useSignal<ParallelView>(readParallelView(new URLSearchParams(location.search)));
  useEffect(() => view.subscribe((value) => replaceQuery((query) => writeParallelView(query, value))), []);
  return (
    <section class="card w12">
      <ParallelCoordinates columns={columns} selection={store.selection} view={view} height={340} />
    </section>
  );
}

export function OverviewImportance({ store }: { store: StudyStore }) {
  const completed = store.detail.value?.counts.completed ?? 0;
  const { data, problem } = useAnswer<ImportanceAnswer>(`${store.path}/importance`, completed, 5000);
  const showSlice = (label: string): void => {
    navigate(`${studyUrl(store.project, store.name, "analysis")}?p=${encodeURIComponent(label)}`);
  };
  return (
    <section class="card w6">
      {problem && <ProblemNote problem={problem} />}
      <ImportanceBars answer={data} selection={store.selection} onParameter={showSlice} />
    </section>
  );
}

export function OverviewTimeline({ store }: { store: StudyStore }) {
  const { data, problem } = useAnswer<TimelineAnswer>(`${store.path}/timeline?limit=2000`, store.rev.value, 2000);
  return (
    <section class="card w12">
      {problem && <ProblemNote problem={problem} />}
      <Timeline answer={data} selection={store.selection} now={now} />
    </section>
  );
}
