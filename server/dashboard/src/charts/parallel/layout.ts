// Where axes, values and the lanes of missing values are, in CSS pixels.

import { spreadOf, VALUE_BINS, LANE_BINS, type Axis } from "../../raster/axis";
import { LANE_GAP } from "../../raster/smear";

export interface Placed {
  axis: Axis;
  /** Position in `axes`, which is that in the codes. */
  index: number;
  x: number;
  flipped: boolean;
}

export interface Layout {
  placed: readonly Placed[];
  /** Between two axes. */
  gap: number;
  top: number;
  /** Height of the values, without the lane. */
  height: number;
  /** Height of one row of the picture. */
  row: number;
  laneTop: number;
  laneHeight: number;
  /** All that is drawn. */
  width: number;
  bottom: number;
}

/** Names and menus of axes stand above the drawing. */
export const HEAD = 46;
const FOOT = 20;
const LEFT = 56;
const RIGHT = 66;
/** Narrower than that, names and marks cannot be read: the chart scrolls instead. */
const LEAST_GAP = 92;

export function layoutOf(
  axes: readonly Axis[],
  order: readonly number[],
  flipped: readonly string[],
  room: number,
  height: number,
): Layout {
  const gaps = Math.max(1, order.length - 1);
  const gap = Math.max(LEAST_GAP, (room - LEFT - RIGHT) / gaps);
  const rows = VALUE_BINS + LANE_GAP + LANE_BINS;
  const row = (height - HEAD - FOOT) / rows;
  return {
    placed: order.map((index, k) => {
      const axis = axes[index] as Axis;
      return { axis, index, x: LEFT + k * gap, flipped: flipped.includes(axis.name) };
    }),
    gap,
    top: HEAD,
    height: row * VALUE_BINS,
    row,
    laneTop: HEAD + row * (VALUE_BINS + LANE_GAP),
    laneHeight: row * LANE_BINS,
    width: Math.max(room, LEFT + gap * gaps + RIGHT),
    bottom: HEAD + row * rows,
  };
}

/** The height of a place on an axis, 0..1. */
export function yOf(layout: Layout, { flipped }: Placed, place: number): number {
  return layout.top + (flipped ? place : 1 - place) * layout.height;
}

/** The same for a row that may have no value. */
export function yOfRow(layout: Layout, placed: Placed, place: number, row: number): number {
  if (Number.isNaN(place)) return layout.laneTop + spreadOf(row) * layout.laneHeight;
  return yOf(layout, placed, place);
}

/** The place on an axis at a height, within the axis. */
export function placeAtY(layout: Layout, { flipped }: Placed, y: number): number {
  const down = Math.min(1, Math.max(0, (y - layout.top) / layout.height));
  return flipped ? down : 1 - down;
}

/** The axis within reach of x, if any. */
export function axisNear(layout: Layout, x: number, reach: number): Placed | null {
  let found: Placed | null = null;
  for (const placed of layout.placed) {
    if (Math.abs(placed.x - x) <= reach && (!found || Math.abs(placed.x - x) < Math.abs(found.x - x))) found = placed;
  }
  return found;
}
