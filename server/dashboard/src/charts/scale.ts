// From values to places on the screen and back; one for all charts but parallel coordinates, whose axes have lanes.

import type { Parameter } from "../api/types";
import { linearTicks, logTicks, optionTicks, timeTicks, type Tick } from "./ticks";

export interface Scale {
  kind: "linear" | "log" | "time" | "category";
  low: number;
  high: number;
  integer?: boolean;
  options?: readonly string[];
}

/** 0 at the low end, 1 at the high one; outside of it for what is outside. */
export function unitOf(scale: Scale, value: number): number {
  const { low, high } = scale;
  if (high <= low) return 0.5;
  if (scale.kind !== "log") return (value - low) / (high - low);
  return (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
}

/** The inverse of `unitOf`. */
export function valueOfUnit(scale: Scale, unit: number): number {
  const { low, high } = scale;
  if (scale.kind !== "log") return low + unit * (high - low);
  return Math.exp(Math.log(low) + unit * (Math.log(high) - Math.log(low)));
}

export function ticksOf(scale: Scale, most: number): Tick[] {
  if (scale.kind === "category") return optionTicks(scale.options ?? []);
  if (scale.kind === "time") return timeTicks(scale.low, scale.high, most);
  if (scale.kind === "log") return logTicks(scale.low, scale.high, most);
  return linearTicks(scale.low, scale.high, most, scale.integer);
}

/** The scale of a parameter: its own axis, with room for the outermost options or whole numbers. */
export function parameterScale(parameter: Parameter): Scale {
  const { axis_low: low, axis_high: high, scale, integer, options } = parameter;
  if (scale === "category") return { kind: "category", low: -0.5, high: options.length - 0.5, options };
  const kind = scale === "log" && low > 0 ? "log" : "linear";
  if (kind === "log") {
    const margin = (high / low) ** 0.02;
    return { kind, low: low / margin, high: high * margin, integer };
  }
  const margin = (high - low) * 0.02;
  return { kind, low: low - margin, high: high + margin, integer };
}

/** A scale that holds values from `low` to `high`, with a little room at both ends. */
export function roomy(kind: "linear" | "log", low: number, high: number): Scale {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { kind: "linear", low: 0, high: 1 };
  if (kind === "log" && low > 0) {
    const margin = Math.max((high / low) ** 0.05, 1.02);
    return { kind, low: low / margin, high: high * margin };
  }
  const margin = (high - low) * 0.05 || Math.abs(low) * 0.05 || 0.5;
  return { kind: "linear", low: low - margin, high: high + margin };
}
