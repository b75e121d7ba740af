import type { CurvesAnswer } from "../../api/aggregates";
import type { TrialDetail } from "../../api/types";
import { Curves } from "../../charts";
import { useAnswer } from "../../state/answer";
import type { StudyStore } from "../../state/study-store";

const BETWEEN_MS = 5000;

/** The trial's curve before the others': the band says whether it is a good one. */
export function TrialCurve({ store, trial }: { store: StudyStore; trial: TrialDetail }) {
  const completed = store.detail.value?.counts.completed ?? 0;
  const { data } = useAnswer<CurvesAnswer>(`${store.path}/curves?top=3`, completed, BETWEEN_MS);
  const points = trial.reports.filter((report) => report.attempt === trial.attempt && report.loss !== null);
  const curve = {
    trial: trial.number,
    steps: points.map(({ step }) => step),
    values: points.map(({ loss }) => loss ?? NaN),
  };
  return (
    <section class="card w12">
      <Curves answer={data} selection={store.selection} trial={curve} height={240} />
    </section>
  );
}
