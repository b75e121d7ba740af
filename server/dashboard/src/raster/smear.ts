// Draws the counts of a gap as a picture: each pair of bins is a band from its left to its right end.
// Rows of the picture are as far apart as bins and each band is shared between the two rows it lies on,
// so that bands side by side cover the ground evenly and leave no moire.

import { BINS, LANE_BINS, VALUE_BINS } from "./axis";
import { LineSums } from "./radon";

/** Rows between the values and the lane of trials without one. */
export const LANE_GAP = 11;
/** One more, so that the lower neighbour of the last row can be written to. */
export const ROWS = VALUE_BINS + LANE_GAP + LANE_BINS + 1;
/** Places are told apart to an eighth of a row: sums stay whole numbers, and weights stay exact. */
export const EIGHTHS = 8;

/** From so many bands on it is quicker to sum along lines than to draw each band. */
const MANY_BANDS = 1500;

/** The row of each bin of an axis: its low end is at the bottom unless it is flipped, the lane is always below. */
export function rowsOfBins(flipped: boolean): Int32Array {
  const rows = new Int32Array(BINS);
  for (let bin = 0; bin < VALUE_BINS; bin++) rows[bin] = flipped ? bin : VALUE_BINS - 1 - bin;
  for (let bin = VALUE_BINS; bin < BINS; bin++) rows[bin] = bin + LANE_GAP;
  return rows;
}

/** The pairs of bins that any trial is in, and what they add up to. */
class Bands {
  readonly start = new Int32Array(BINS * BINS);
  readonly rise = new Int32Array(BINS * BINS);
  readonly weight = new Float64Array(BINS * BINS);
  n = 0;

  push(from: number, to: number, weight: number): void {
    this.start[this.n] = from * EIGHTHS;
    this.rise[this.n] = (to - from) * EIGHTHS;
    this.weight[this.n++] = weight;
  }
}

const bands = new Bands();
const lineSums = new LineSums(VALUE_BINS);
const square = new Float64Array(VALUE_BINS * VALUE_BINS);
const turned = new Float64Array(VALUE_BINS * VALUE_BINS);

export type Cells = Float64Array | Uint32Array;

/**
 * Adds the counts of a gap to `picture`, whose columns are `ROWS` long, one after the other.
 * Each column gets eight times the sum of all counts. `left` and `right` are of `rowsOfBins`.
 */
export function smear(cells: Cells, left: Int32Array, right: Int32Array, picture: Float64Array, columns: number): void {
  if (occupied(cells) < MANY_BANDS) {
    drawBands(cells, left, right, picture, columns, false);
    return;
  }
  drawBands(cells, left, right, picture, columns, true);
  turnIntoRows(cells, left, right);
  const half = columns >> 1;
  drawLines(lineSums.of(turned, slopesOf(0, half, columns)), picture, 0, half, columns);
  drawLines(lineSums.of(square, slopesOf(half, columns, columns)), picture, half, columns, columns);
}

function occupied(cells: Cells): number {
  let n = 0;
  for (let cell = 0; cell < cells.length; cell++) if (cells[cell] !== 0) n++;
  return n;
}

/** Draws each band by itself: exact, and quick while they are few. */
function drawBands(
  cells: Cells,
  left: Int32Array,
  right: Int32Array,
  picture: Float64Array,
  columns: number,
  onlyLanes: boolean,
): void {
  bands.n = 0;
  for (let a = 0; a < BINS; a++) {
    const first = onlyLanes && a < VALUE_BINS ? VALUE_BINS : 0;
    for (let b = first; b < BINS; b++) {
      const weight = cells[a * BINS + b] as number;
      if (weight !== 0) bands.push(left[a] as number, right[b] as number, weight);
    }
  }
  const { start, rise, weight, n } = bands;
  for (let column = 0; column < columns; column++) {
    const across = Math.round(((column + 0.5) / columns) * 1024);
    const base = column * ROWS;
    for (let k = 0; k < n; k++) {
      const y = (start[k] as number) + (((rise[k] as number) * across + 512) >> 10);
      put(picture, base, y, weight[k] as number);
    }
  }
}

/** The counts of values only, by rows of the picture instead of bins: `square` by the left axis, `turned` by the right. */
function turnIntoRows(cells: Cells, left: Int32Array, right: Int32Array): void {
  for (let a = 0; a < VALUE_BINS; a++) {
    const from = left[a] as number;
    for (let b = 0; b < VALUE_BINS; b++) {
      const to = right[b] as number;
      const weight = cells[a * BINS + b] as number;
      square[from * VALUE_BINS + to] = weight;
      turned[to * VALUE_BINS + from] = weight;
    }
  }
}

/**
 * Draws columns of one half from sums along lines. A band from `from` to `to` is at y = (1 - t) from + t to; in the right
 * half that is t * (to + from * (1 - t) / t), a place on the line that starts at y / t and has the slope (1 - t) / t <= 1.
 */
function drawLines(sums: Float64Array, picture: Float64Array, first: number, end: number, columns: number): void {
  for (let column = first; column < end; column++) {
    const share = shareOf(column, columns);
    const slope = slopeOf(share);
    const from = slope * 2 * VALUE_BINS;
    const offset = (1 - share) / 2;
    for (let start = 0; start < VALUE_BINS + slope; start++) {
      const weight = sums[from + start] as number;
      if (weight !== 0) cover(picture, column * ROWS, start * share + offset, share, weight);
    }
  }
}

/** Spreads a weight over `height` <= 1 rows from y on, so that lines one below another cover the ground without a seam. */
function cover(picture: Float64Array, base: number, y: number, height: number, weight: number): void {
  const row = Math.floor(y);
  const below = Math.round((Math.max(0, y + height - row - 1) / height) * EIGHTHS);
  const at = base + row;
  picture[at] = (picture[at] as number) + weight * (EIGHTHS - below);
  picture[at + 1] = (picture[at + 1] as number) + weight * below;
}

/** How much the nearer axis counts in a column. */
function shareOf(column: number, columns: number): number {
  const t = (column + 0.5) / columns;
  return Math.max(t, 1 - t);
}

function slopeOf(share: number): number {
  return Math.round(((1 - share) / share) * (VALUE_BINS - 1));
}

function slopesOf(first: number, end: number, columns: number): Uint8Array {
  const slopes = new Uint8Array(VALUE_BINS);
  for (let column = first; column < end; column++) slopes[slopeOf(shareOf(column, columns))] = 1;
  return slopes;
}

function put(picture: Float64Array, base: number, y: number, weight: number): void {
  const at = base + (y >> 3);
  const below = y & 7;
  picture[at] = (picture[at] as number) + weight * (EIGHTHS - below);
  picture[at + 1] = (picture[at + 1] as number) + weight * below;
}
