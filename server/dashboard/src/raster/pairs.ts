// How many trials go from which bin of an axis to which bin of the next, and how good they are.
// A trial is one count a gap between axes, so adding and removing one is cheap, and drawing does not depend on how many there are.

import { BINS } from "./axis";
import type { Codes } from "./codes";

const CELLS = BINS * BINS;

/** The trials of one gap, at `left bin * BINS + right bin`. */
export interface Gap {
  /** Sums of weights of trials with a loss. */
  scored: Float64Array;
  /** Numbers of trials without. */
  unscored: Uint32Array;
}

export class PairCounts {
  readonly gaps: Gap[];
  /** Which rows are counted. */
  #shown = new Uint8Array(0);
  #matched = 0;
  #unscored = 0;

  constructor(
    readonly codes: Codes,
    /** Indices of axes of `codes`, from left to right. */
    readonly order: readonly number[],
  ) {
    this.gaps = order.slice(1).map(() => ({ scored: new Float64Array(CELLS), unscored: new Uint32Array(CELLS) }));
  }

  /** How many trials are counted. */
  get matched(): number {
    return this.#matched;
  }

  /** How many of them have no loss that counts. */
  get unscored(): number {
    return this.#unscored;
  }

  has(row: number): boolean {
    return this.#shown[row] === 1;
  }

  add(row: number): void {
    this.#fit();
    if (this.#shown[row] === 1) return;
    this.#shown[row] = 1;
    this.#count(row, 1);
  }

  remove(row: number): void {
    if (this.#shown[row] !== 1) return;
    this.#shown[row] = 0;
    this.#count(row, -1);
  }

  /** Counts the rows that `mask` has a 1 for (all without one): those that differ, or all anew where that is less work. */
  show(mask: Uint8Array | null): void {
    this.#fit();
    const { n } = this.codes;
    let differ = 0;
    let wanted = 0;
    for (let row = 0; row < n; row++) {
      const want = mask === null ? 1 : (mask[row] as number);
      wanted += want;
      if (want !== this.#shown[row]) differ++;
    }
    if (differ === 0) return;
    if (differ > wanted) {
      this.recount(mask);
      return;
    }
    for (let row = 0; row < n; row++) {
      const want = mask === null ? 1 : (mask[row] as number);
      if (want === this.#shown[row]) continue;
      if (want === 1) this.add(row);
      else this.remove(row);
    }
  }

  /** Counts the rows of `mask` from nothing. */
  recount(mask: Uint8Array | null): void {
    this.#fit();
    const { n, weights, bins } = this.codes;
    this.#shown.fill(0);
    if (mask === null) this.#shown.fill(1, 0, n);
    else this.#shown.set(mask.subarray(0, n));
    const rows = rowsOf(this.#shown, n);
    this.#matched = rows.length;
    this.#unscored = 0;
    for (const row of rows) if (weights[row] === 0) this.#unscored++;
    this.gaps.forEach((gap, g) => {
      gap.scored.fill(0);
      gap.unscored.fill(0);
      countAll(gap, rows, bins[this.order[g] as number] as Uint8Array, bins[this.order[g + 1] as number] as Uint8Array, weights);
    });
  }

  #count(row: number, sign: 1 | -1): void {
    const { weights, bins } = this.codes;
    const weight = weights[row] as number;
    this.#matched += sign;
    if (weight === 0) this.#unscored += sign;
    let left = (bins[this.order[0] as number] as Uint8Array)[row] as number;
    for (let g = 0; g < this.gaps.length; g++) {
      const right = (bins[this.order[g + 1] as number] as Uint8Array)[row] as number;
      const gap = this.gaps[g] as Gap;
      const cell = left * BINS + right;
      if (weight === 0) gap.unscored[cell] = (gap.unscored[cell] as number) + sign;
      else gap.scored[cell] = (gap.scored[cell] as number) + sign * weight;
      left = right;
    }
  }

  #fit(): void {
    const { length } = this.codes.weights;
    if (this.#shown.length >= length) return;
    const shown = new Uint8Array(length);
    shown.set(this.#shown);
    this.#shown = shown;
  }
}

function rowsOf(shown: Uint8Array, n: number): Uint32Array {
  const rows = new Uint32Array(n);
  let count = 0;
  for (let row = 0; row < n; row++) if (shown[row] === 1) rows[count++] = row;
  return rows.subarray(0, count);
}

/** The loop that counts; kept apart so that engines compile it once for all gaps. */
function countAll(gap: Gap, rows: Uint32Array, left: Uint8Array, right: Uint8Array, weights: Float64Array): void {
  const { scored, unscored } = gap;
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k] as number;
    const weight = weights[row] as number;
    const cell = (left[row] as number) * BINS + (right[row] as number);
    if (weight === 0) unscored[cell] = (unscored[cell] as number) + 1;
    else scored[cell] = (scored[cell] as number) + weight;
  }
}
