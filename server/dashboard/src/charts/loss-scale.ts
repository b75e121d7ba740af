// The y axis of losses: one that exploded must not press all others into a line.

import { roomy, type Scale } from "./scale";

export interface LossRoom extends Scale {
  /** How many losses are above the high end, and stand at it. */
  above: number;
}

/** Beyond so many times the spread of most losses, the worst are left at the edge. */
const FAR = 4;

/** A scale of losses, which need not be sorted. On a log scale all have to be above zero. */
export function lossRoom(losses: Float32Array | readonly number[], log: boolean): LossRoom {
  const sorted = Float64Array.from(losses).sort();
  const least = sorted[0] ?? NaN;
  const most = sorted[sorted.length - 1] ?? NaN;
  if (log && least > 0) return { ...roomy("log", least, most), above: 0 };
  const usual = sorted[Math.floor((sorted.length - 1) * 0.95)] ?? most;
  const isFar = most - least > FAR * (usual - least) && usual > least;
  const scale = roomy("linear", least, isFar ? usual + (usual - least) * 0.25 : most);
  let above = 0;
  while (above < sorted.length && (sorted[sorted.length - 1 - above] as number) > scale.high) above++;
  return { ...scale, above };
}
