// What a history is drawn from: the order of trials along x, the best so far, and the middle of what came.

import { isScored, type Scored } from "../../raster/ranks";

export interface HistorySeries {
  /** Trials with a loss that counts, by x. */
  trials: Uint32Array;
  /** x of any trial; NaN is not there. */
  x: (trial: number) => number;
  /** Trials that were better than all before, in their order. */
  best: number[];
  firstX: number;
  lastX: number;
}

/** By the number of trials, or by moments, one for each trial. */
export function seriesOf(rows: Scored, ended: Float64Array | null): HistorySeries {
  const x = ended ? (trial: number): number => ended[trial] ?? NaN : (trial: number): number => trial;
  const trials = new Uint32Array(rows.n);
  let count = 0;
  for (let trial = 0; trial < rows.n; trial++) {
    if (isScored(rows, trial) && !Number.isNaN(x(trial))) trials[count++] = trial;
  }
  const scored = trials.subarray(0, count);
  if (ended) scored.sort((a, b) => (ended[a] as number) - (ended[b] as number));
  let firstX = Infinity;
  let lastX = -Infinity;
  for (let trial = 0; trial < rows.n; trial++) {
    const at = x(trial);
    if (at < firstX) firstX = at;
    if (at > lastX) lastX = at;
  }
  return { trials: scored, x, best: improvements(rows.loss, scored), firstX, lastX };
}

function improvements(loss: Float32Array, trials: Uint32Array): number[] {
  const best: number[] = [];
  let least = Infinity;
  for (const trial of trials) {
    const value = loss[trial] as number;
    if (value < least) {
      least = value;
      best.push(trial);
    }
  }
  return best;
}

/** Middles of groups that follow one another, each of about the same number of trials. */
export function medians(series: HistorySeries, loss: Float32Array, most: number): { x: number; loss: number }[] {
  const { trials, x } = series;
  const groups = Math.min(most, Math.floor(trials.length / LEAST_GROUP));
  return Array.from({ length: groups }, (_, group) => {
    const from = Math.floor((group * trials.length) / groups);
    const to = Math.floor(((group + 1) * trials.length) / groups);
    const losses = Float32Array.from(trials.subarray(from, to), (trial) => loss[trial] as number).sort();
    const middle = trials[(from + to) >> 1] as number;
    return { x: x(middle), loss: losses[losses.length >> 1] as number };
  });
}

const LEAST_GROUP = 8;

/** The first index whose x is not below `value`. */
export function firstAt(series: HistorySeries, value: number): number {
  let low = 0;
  let high = series.trials.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.x(series.trials[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
