import { Curves } from "../../charts";
import type { CurvesAnswer } from "../../api/aggregates";
import type { TrialDetail } from "../../api/types";

/** The newest attempts' curves over each other; nothing if none of the trials reported on its way. */
export function CompareCurves({ trials }: { trials: readonly TrialDetail[] }) {
  const top = trials.flatMap((trial) => {
    const points = trial.reports.filter((report) => report.attempt === trial.attempt && report.loss !== null);
    if (points.length === 0) return [];
    return {
      trial: trial.number,
      loss: trial.loss ?? NaN,
      steps: points.map(({ step }) => step),
      values: points.map(({ loss }) => loss ?? NaN),
    };
  });
  if (top.length === 0) return null;
  const answer: CurvesAnswer = {
    top,
    band: [],
    n_sampled: top.length,
    n_used: top.length,
    n_total: trials.length,
    rev: Math.max(...trials.map(({ rev }) => rev)),
    method: "the reports of the trials compared",
    computed_ms: 0,
  };
  return (
    <section class="card w12">
      <Curves answer={answer} title="Learning curves" height={260} />
    </section>
  );
}
