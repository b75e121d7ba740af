// Points of an answer of the server, one a trial, to be drawn and pointed at.

import { count } from "../format/number";
import type { Area } from "./frame";
import type { Items } from "./plot";
import type { Scale } from "./scale";

export interface PointSet {
  trial: readonly number[];
  x: readonly number[];
  y: readonly number[];
}

/** Rows of a tip of the point at an index, below the trial's number. */
export type PointRows = (index: number) => readonly (readonly [label: string, value: string])[];

export function pointItems({ trial, x, y }: PointSet, rows: PointRows, place?: (index: number) => readonly [number, number]): Items {
  let indices: Map<number, number> | null = null;
  return {
    n: trial.length,
    x: (index) => place?.(index)[0] ?? x[index] ?? NaN,
    y: (index) => place?.(index)[1] ?? y[index] ?? NaN,
    trial: (index) => trial[index] ?? null,
    indexOf: (number) => {
      indices ??= new Map(trial.map((other, index) => [other, index]));
      return indices.get(number) ?? null;
    },
    tip: (index) => ({ title: `Trial ${count(trial[index] ?? 0)}`, rows: rows(index) }),
  };
}

/** How far around an option or a whole number points are spread, so that they do not lie on one another. */
const SPREAD = 0.62;

/** Steps of the even sequence in two dimensions that the plastic number makes; see Roberts (2018), "R2". */
export const ALONG_X = 0.7548776662466927;
export const ALONG_Y = 0.5698402909980532;

/** A place beside a value that many share: always the same for a trial. */
export function besides(scale: Scale, value: number, trial: number, sequence: number = ALONG_X): number {
  const few = scale.kind === "category" || (scale.integer === true && scale.kind === "linear" && scale.high - scale.low < 24);
  if (!few) return value;
  return value + (((trial * sequence) % 1) - 0.5) * SPREAD;
}

export function drawDots(
  context: CanvasRenderingContext2D,
  area: Area,
  n: number,
  at: (index: number) => readonly [number, number],
  colour: (index: number) => string,
  radius: number,
): void {
  for (let index = 0; index < n; index++) {
    const [x, y] = at(index);
    context.fillStyle = colour(index);
    context.beginPath();
    context.arc(area.x(x), Math.min(area.top + area.height, Math.max(area.top, area.y(y))), radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Ends of numbers that are there. */
export function endsOf(...lists: readonly (readonly number[])[]): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}
