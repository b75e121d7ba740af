// How good a loss is among all, in a few steps: ranks are even where losses are not.

import { COMPLETED } from "../api/types";

/** The sum of goodness, 0..63 each, is the lower part of a weight, and the number of trials the upper. A million fit. */
export const ONE_TRIAL = 2 ** 29;
export const MOST_GOODNESS = 63;
/** Goodness is (1 - rank) to this power, so that the best trials of a place show through the many others. */
const GOODNESS_POWER = 3;
const GROUPS = 64;
const GOODNESS = Array.from({ length: GROUPS }, (_, group) =>
  Math.round(MOST_GOODNESS * (1 - group / (GROUPS - 1)) ** GOODNESS_POWER),
);

export interface Scored {
  readonly n: number;
  readonly state: Uint8Array;
  readonly loss: Float32Array;
}

/** Whether a trial's loss counts. */
export function isScored(rows: Scored, row: number): boolean {
  return rows.state[row] === COMPLETED && Number.isFinite(rows.loss[row] as number);
}

/** The losses that count, lowest first. */
export function sortedLosses(rows: Scored): Float32Array {
  const losses = new Float32Array(rows.n);
  let count = 0;
  for (let row = 0; row < rows.n; row++) if (isScored(rows, row)) losses[count++] = rows.loss[row] as number;
  return losses.subarray(0, count).sort();
}

/** The highest losses of 64 groups of about equal size, best first. */
export function groupEnds(sorted: Float32Array): Float32Array {
  const ends = new Float32Array(GROUPS);
  for (let group = 0; group < GROUPS; group++) {
    const last = Math.ceil(((group + 1) * sorted.length) / GROUPS) - 1;
    ends[group] = sorted[Math.max(0, last)] ?? 0;
  }
  return ends;
}

/** A trial of this loss, as a weight to be added up. */
export function weightOf(ends: Float32Array, loss: number): number {
  let low = 0;
  let high = GROUPS - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (loss <= (ends[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return ONE_TRIAL + (GOODNESS[low] as number);
}

/** The mean goodness of a sum of weights as a rank again: 0 best, 1 worst. */
export function rankOfGoodness(goodness: number): number {
  return 1 - Math.cbrt(goodness / MOST_GOODNESS);
}
