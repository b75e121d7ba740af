// A filter of an axis, in words.

import { TRIAL_STATES, type Parameter } from "../api/types";
import type { Brush } from "../state/brush";
import { number } from "./number";

/** `lr 0.001 to 0.1`, `booster is gbtree or dart`, `momentum not set`. */
export function inWords(axis: string, brush: Brush, parameters: readonly Parameter[]): string {
  const label = axis.replace(/^[pm]\./, "");
  const options =
    axis === "state" ? TRIAL_STATES : (parameters.find((parameter) => `p.${parameter.label}` === axis)?.options ?? []);
  const parts = brush.ranges.map(([low, high]) => rangeInWords(low, high));
  const names = [...brush.options].map((option) => options[option] ?? String(option));
  if (names.length > 0) parts.push(`is ${names.join(" or ")}`);
  if (brush.notSet) parts.push("not set");
  return `${label} ${parts.join(" or ")}`;
}

function rangeInWords(low: number, high: number): string {
  if (low === -Infinity) return `up to ${number(high)}`;
  if (high === Infinity) return `from ${number(low)}`;
  return low === high ? number(low) : `${short(low)} to ${short(high)}`;
}

/** Ends of a brush are where a pointer was: three digits say enough. */
function short(value: number): string {
  return number(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
}
