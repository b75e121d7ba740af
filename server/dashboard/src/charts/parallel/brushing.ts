// What dragging and keys do to the brush of an axis.

import { positionOf, valueAt, type Axis } from "../../raster/axis";
import { NO_BRUSH, type Brush, type Range } from "../../state/brush";

/** A part of an axis, as places of 0..1; reaching an end means everything beyond it too. */
export type Span = readonly [from: number, to: number];

export function rangeOf(axis: Axis, [from, to]: Span): Range {
  return [from <= 0 ? -Infinity : valueAt(axis, from), to >= 1 ? Infinity : valueAt(axis, to)];
}

export function spanOf(axis: Axis, [low, high]: Range): Span {
  return [positionOf(axis, low), positionOf(axis, high)];
}

/** Options whose bands a span touches. */
export function optionsWithin(axis: Axis, [from, to]: Span): number[] {
  const end = axis.options.length - 1;
  const first = Math.min(end, Math.max(0, Math.floor(from * axis.options.length)));
  const last = Math.min(end, Math.floor(to * axis.options.length));
  return axis.options.map((_, option) => option).filter((option) => option >= first && option <= last);
}

/** Puts range `at` in place of what is there, or adds it; one over the whole axis filters nothing and goes away. */
export function withRange(brush: Brush | undefined, at: number, range: Range): Brush {
  const ranges = [...(brush?.ranges ?? [])];
  ranges[Math.min(at, ranges.length)] = range;
  return { ...NO_BRUSH, ...brush, ranges: ranges.filter(([low, high]) => low !== -Infinity || high !== Infinity) };
}

export function withoutRange(brush: Brush, at: number): Brush {
  return { ...brush, ranges: brush.ranges.filter((_, index) => index !== at) };
}

export function toggleOption(brush: Brush | undefined, option: number): Brush {
  const options = new Set(brush?.options);
  if (!options.delete(option)) options.add(option);
  return { ...NO_BRUSH, ...brush, options };
}

export function toggleNotSet(brush: Brush | undefined): Brush {
  return { ...NO_BRUSH, ...brush, notSet: !(brush?.notSet ?? false) };
}

const PAGE = 1 / 8;

/** Where a key moves an end of a span to, or null if it is not such a key. */
export function movedByKey(axis: Axis, place: number, key: string): number | null {
  const step = axis.band !== null && !axis.log ? axis.band / (axis.high - axis.low) : 1 / 100;
  const moves: Record<string, number> = {
    ArrowUp: place + step,
    ArrowRight: place + step,
    ArrowDown: place - step,
    ArrowLeft: place - step,
    PageUp: place + PAGE,
    PageDown: place - PAGE,
    Home: 0,
    End: 1,
  };
  const moved = moves[key];
  return moved === undefined ? null : Math.min(1, Math.max(0, moved));
}
