// The trials of a study as bins of axes, one byte a trial and axis, kept in step with columns that grow and change.

import type { ParamColumn } from "../state/columnset";
import { binOf, spreadOf, type Axis } from "./axis";
import { groupEnds, isScored, sortedLosses, weightOf, type Scored } from "./ranks";
import { readerOf, type Reader } from "./reader";

/** What is read of a study's columns; a `ColumnSet` is one. */
export interface Rows extends Scored {
  param(index: number): ParamColumn | undefined;
}

/** Where an axis' values are: the index of a parameter, or the loss. */
export type Source = number | "loss";

/** Told of each row that changes, before and after; of a new one only after. */
export interface RowListener {
  leaving(row: number): void;
  entered(row: number): void;
}

export class Codes {
  n = 0;
  /** One array an axis; rows from `n` on mean nothing. */
  bins: Uint8Array[];
  /** See `ranks.ts`; 0 for a trial without a loss that counts. */
  weights = new Float64Array(0);
  /** As the columns were, to find out what changed. */
  #raw: Float32Array[];
  #state = new Uint8Array(0);
  #ends: Float32Array = new Float32Array(0);
  #ranked = 0;

  constructor(
    readonly axes: readonly Axis[],
    readonly sources: readonly Source[],
  ) {
    this.bins = axes.map(() => new Uint8Array(0));
    this.#raw = axes.map(() => new Float32Array(0));
  }

  /**
   * Takes over what changed. Either all rows (`true`: what was counted is to be counted again), or those that differ,
   * each told to `listener`. Ranks shift with every trial: all rows are taken when there is a tenth more of them.
   */
  sync(rows: Rows, listener: RowListener): boolean {
    const readers = this.axes.map((axis, a) => readerOf(axis, columnOf(rows, this.sources[a])));
    if (this.n === 0 || rows.n < this.n || rows.n > this.#ranked * 1.1 + 20) {
      this.#takeAll(rows, readers);
      return true;
    }
    const known = this.n;
    for (const row of this.#changed(rows)) {
      listener.leaving(row);
      this.#take(rows, row, readers);
      listener.entered(row);
    }
    this.#makeRoom(rows.n);
    for (let row = known; row < rows.n; row++) {
      this.#take(rows, row, readers);
      this.n = row + 1;
      listener.entered(row);
    }
    return false;
  }

  #takeAll(rows: Rows, readers: readonly Reader[]): void {
    this.#makeRoom(rows.n);
    this.n = this.#ranked = rows.n;
    this.#ends = groupEnds(sortedLosses(rows));
    readers.forEach((read, a) => {
      const bins = this.bins[a] as Uint8Array;
      for (let row = 0; row < rows.n; row++) bins[row] = binOf(read(row), spreadOf(row));
      const array = rawOf(columnOf(rows, this.sources[a]));
      if (array) (this.#raw[a] as Float32Array).set(array.subarray(0, rows.n));
    });
    for (let row = 0; row < rows.n; row++) this.#score(rows, row);
  }

  #take(rows: Rows, row: number, readers: readonly Reader[]): void {
    readers.forEach((read, a) => {
      (this.bins[a] as Uint8Array)[row] = binOf(read(row), spreadOf(row));
      const array = rawOf(columnOf(rows, this.sources[a]));
      if (array) (this.#raw[a] as Float32Array)[row] = array[row] as number;
    });
    this.#score(rows, row);
  }

  #score(rows: Rows, row: number): void {
    this.#state[row] = rows.state[row] as number;
    this.weights[row] = isScored(rows, row) ? weightOf(this.#ends, rows.loss[row] as number) : 0;
  }

  #changed(rows: Rows): number[] {
    const marked = new Uint8Array(this.n);
    markDifferent(this.#state, rows.state, marked);
    this.#raw.forEach((raw, a) => {
      const array = rawOf(columnOf(rows, this.sources[a]));
      if (array) markDifferent(raw, array, marked);
    });
    const found: number[] = [];
    for (let row = 0; row < marked.length; row++) if (marked[row] === 1) found.push(row);
    return found;
  }

  #makeRoom(n: number): void {
    if (this.weights.length >= n) return;
    const room = Math.max(256, Math.ceil(n * 1.5));
    this.bins = this.bins.map((bins) => copied(bins, new Uint8Array(room)));
    this.#raw = this.#raw.map((raw) => copied(raw, new Float32Array(room).fill(NaN)));
    this.#state = copied(this.#state, new Uint8Array(room));
    this.weights = copied(this.weights, new Float64Array(room));
  }
}

type Raw = Float32Array | Uint8Array | Uint16Array;

function columnOf(rows: Rows, source: Source | undefined): ParamColumn | undefined {
  if (source === "loss") return { values: rows.loss, missing: NaN };
  return source === undefined ? undefined : rows.param(source);
}

function rawOf(column: ParamColumn | undefined): Raw | undefined {
  return column?.values ?? column?.codes;
}

function copied<T extends Float32Array | Float64Array | Uint8Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** NaN is the same as NaN here. */
function markDifferent(before: Raw, now: Raw, marked: Uint8Array): void {
  for (let row = 0; row < marked.length; row++) {
    const a = before[row] as number;
    const b = now[row] as number;
    if (a !== b && (a === a || b === b)) marked[row] = 1;
  }
}
