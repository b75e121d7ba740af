// What the colours and lines of parallel coordinates mean.

import { count } from "../../format/number";
import { LineKey } from "../figure";
import { ink } from "../ink";
import { RampKey } from "../ramp-key";

export interface LegendProps {
  total: number;
  matched: number;
  active: boolean;
  unscored: number;
  best: number;
  /** Few trials are drawn as lines. */
  asLines: boolean;
}

export function Legend({ total, matched, active, unscored, best, asLines }: LegendProps) {
  const { series, muted, grid } = ink().value;
  return (
    <>
      <RampKey>rank of loss:</RampKey>
      {!asLines && <span>more opaque: more trials</span>}
      {best > 0 && <LineKey colour={series[1] ?? muted}>{best === 1 ? "the best" : `the best ${best}`}</LineKey>}
      {unscored > 0 && <LineKey colour={muted}>no loss: {count(unscored)}</LineKey>}
      {active && <LineKey colour={grid} width={6}>filtered out: {count(total - matched)}</LineKey>}
    </>
  );
}

/** Trials that are compared. */
export function ChosenLegend({ trials }: { trials: readonly number[] }) {
  const { series, text } = ink().value;
  return (
    <>
      {trials.map((trial, k) => (
        <LineKey colour={series[k % 6] ?? text}>trial {count(trial)}</LineKey>
      ))}
    </>
  );
}
