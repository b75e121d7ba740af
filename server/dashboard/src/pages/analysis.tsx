// Every other way to look at a study. Which parameters, pairs and objectives are shown is in the URL.

import type { StudyDetail } from "../api/types";
import { counted } from "../format/number";
import { Skeleton } from "../parts/skeleton";
import type { StudyStore } from "../state/study-store";
import { CurvesPanel } from "./analysis/curves-panel";
import { EdfPanel } from "./analysis/edf-panel";
import { PairPanels } from "./analysis/pair-panels";
import { ParetoPanel } from "./analysis/pareto-panel";
import { SlicePanels } from "./analysis/slice-panels";
import { SpaceTreePanel } from "./analysis/space-tree-panel";

export interface PanelProps {
  store: StudyStore;
  detail: StudyDetail;
}

export function Analysis({ store, detail }: PanelProps) {
  const { completed } = detail.counts;
  if (store.columns.value === null) return <Skeleton what={counted(completed, "trial")} height={320} />;
  if (completed === 0) {
    return (
      <div class="card nothing">
        <h2>No completed trial yet</h2>
        <p>There is something to analyse as soon as the first trial has a loss.</p>
      </div>
    );
  }
  return (
    <div class="grid">
      <SlicePanels store={store} detail={detail} />
      <PairPanels store={store} detail={detail} />
      <CurvesPanel store={store} detail={detail} />
      <EdfPanel store={store} detail={detail} />
      <SpaceTreePanel store={store} detail={detail} />
      <ParetoPanel store={store} detail={detail} />
    </div>
  );
}
