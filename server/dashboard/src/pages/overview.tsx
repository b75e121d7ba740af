// The page one looks at while a study runs: the four figures, how it went, what matters, the best trial, the workers.

import type { StudyDetail } from "../api/types";
import { allTrials } from "../parts/progress";
import { Skeleton } from "../parts/skeleton";
import { count, counted } from "../format/number";
import type { StudyStore } from "../state/study-store";
import { BestTrials } from "./overview/best-trials";
import { Failures } from "./overview/failures";
import { Figures } from "./overview/figures";
import { Facts } from "./overview/facts";
import { OverviewHistory, OverviewImportance, OverviewParallel, OverviewTimeline } from "./overview/charts";

export function Overview({ store, detail }: { store: StudyStore; detail: StudyDetail }) {
  const columns = store.columns.value;
  const trials = allTrials(detail.counts);
  const { completed, failed } = detail.counts;
  const nothingCompleted = completed === 0 && failed > 0;
  return (
    <>
      <Facts detail={detail} />
      <Figures detail={detail} />
      {failed > 0 && (nothingCompleted || failed > completed) && <Failures store={store} detail={detail} />}
      {columns === null ? (
        <Skeleton what={trials === 0 ? "trials" : counted(trials, "trial")} height={320} />
      ) : trials === 0 ? (
        <NoTrials detail={detail} />
      ) : (
        <div class="grid">
          {!nothingCompleted && (
            <>
              <OverviewHistory store={store} columns={columns} />
              <OverviewParallel store={store} columns={columns} />
              <OverviewImportance store={store} />
              <BestTrials store={store} detail={detail} />
            </>
          )}
          <OverviewTimeline store={store} />
        </div>
      )}
      <p class="visually-hidden">{count(trials)} trials</p>
    </>
  );
}

function NoTrials({ detail }: { detail: StudyDetail }) {
  return (
    <div class="card nothing">
      <h2>No trials yet</h2>
      {detail.state === "active" ? (
        <>
          <p>The study waits for workers of pool {detail.pool}. Start one where your training code is:</p>
          <pre tabIndex={0}>tunewright worker --slots 4 -- python train.py</pre>
        </>
      ) : (
        <p>The study is {detail.state}, and nothing was tried.</p>
      )}
    </div>
  );
}
