// An axis of parallel coordinates: where a value stands on it, and in which of its bins.

import type { Parameter } from "../api/types";

/** Bins of the values of an axis, and behind them those of the lane of trials that have no value on it. */
export const VALUE_BINS = 128;
export const LANE_BINS = 6;
export const BINS = VALUE_BINS + LANE_BINS;

/** Up to so many steps are drawn as bands; more are a line. */
const MOST_BANDS = 40;
/** The part of a band that its trials fill. */
const BAND_FILL = 0.7;

export interface Axis {
  /** `p.LABEL` or `loss`, as brushes name it. */
  readonly name: string;
  readonly label: string;
  readonly kind: "number" | "category";
  readonly log: boolean;
  readonly integer: boolean;
  /** Values stand this far apart, in bands of that width; null: anywhere. Only on axes of numbers. */
  readonly band: number | null;
  /** Ends of the axis, in real values; of a category -0.5 and the last position + 0.5. */
  readonly low: number;
  readonly high: number;
  readonly options: readonly string[];
  /** What the axis is of; null is the loss. */
  readonly parameter: Parameter | null;
  /** What is said of trials without a value. */
  readonly missing: string;
}

/** The width of a band for numbers that stand `step` apart on an axis, or null if they are too many to tell apart. */
export function bandOf(low: number, high: number, step: number | null): number | null {
  return step !== null && step > 0 && (high - low) / step < MOST_BANDS ? step : null;
}

/** 0 at the low end, 1 at the high end; what is outside stands at the end. NaN stays NaN. */
export function positionOf(axis: Axis, value: number): number {
  const { low, high } = axis;
  if (high <= low) return Number.isNaN(value) ? NaN : 0.5;
  if (value === -Infinity) return 0;
  const position = axis.log
    ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))
    : (value - low) / (high - low);
  return position < 0 ? 0 : position > 1 ? 1 : position;
}

/** The inverse of `positionOf` inside of the axis. */
export function valueAt(axis: Axis, position: number): number {
  const { low, high } = axis;
  if (!axis.log) return low + position * (high - low);
  return Math.exp(Math.log(low) + position * (Math.log(high) - Math.log(low)));
}

/** Spreads rows evenly over 0..1, always the same row at the same place, so that a trial keeps its place in all bands. */
export function spreadOf(row: number): number {
  return (row * 0.6180339887498949) % 1;
}

/** Where a value is drawn, 0..1; values that share a band are spread inside of it. NaN if there is no value. */
export function placeOf(axis: Axis, value: number, spread: number): number {
  const band = axis.kind === "category" ? 1 : axis.band;
  return positionOf(axis, band === null ? value : value + (spread - 0.5) * BAND_FILL * band);
}

/** The bin of a place, and that of the lane for NaN. */
export function binOf(place: number, spread: number): number {
  if (Number.isNaN(place)) return VALUE_BINS + ((spread * LANE_BINS) | 0);
  const bin = (place * VALUE_BINS) | 0;
  return bin >= VALUE_BINS ? VALUE_BINS - 1 : bin;
}
