// The trials of one study as columns. The arrays grow in place; what they hand out are views of the rows there are.

import { signal, type ReadonlySignal } from "@preact/signals";
import type { Parameter } from "../api/types";
import type { ColumnsBody, WireArray } from "../api/columns";

/** A parameter's column: either codes or values, never both. */
export interface ParamColumn {
  /** Positions of options (a choice), or 0..254 on the parameter's axis (a number in a large study). */
  codes?: Uint8Array | Uint16Array;
  /** Values themselves; NaN is not set. */
  values?: Float32Array;
  /** The code of "not set": 255 for Uint8Array, 65535 for Uint16Array; NaN stands for it in `values`. */
  missing: number;
}

type Growing = { array: WireArray; empty: number };

const ROOM_FIRST = 1024;

export class ColumnSet {
  /** How many trials; a row's index is its trial's number. */
  n = 0;
  rev = 0;
  readonly #version = signal(0);
  #columns = new Map<string, Growing>();
  #views = new Map<string, WireArray>();
  #dicts = new Map<string, readonly string[]>();

  constructor(
    /** The id of the study that the rows belong to: a study made anew under the same name has another one. */
    readonly id: string,
    readonly parameters: readonly Parameter[],
  ) {}

  /** Whether parameters that are numbers came as 255 steps of their axes. */
  get isCoarse(): boolean {
    return this.parameters.some(({ label }) => this.#columns.has(`q.${label}`));
  }

  /** Rises with each change; reading `.value` in a component or an effect subscribes to it. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** The trial of row `i`. */
  number(i: number): number {
    return i;
  }

  /** Codes of states, see `TRIAL_STATES`. */
  get state(): Uint8Array {
    return (this.#view("state") as Uint8Array | undefined) ?? NO_CODES;
  }

  /** Losses, lower is better; NaN is not there. */
  get loss(): Float32Array {
    return (this.#view("loss") as Float32Array | undefined) ?? NO_VALUES;
  }

  /** Milliseconds from the lease to the end; NaN is not there. */
  get duration(): Float32Array | undefined {
    return this.#view("duration") as Float32Array | undefined;
  }

  get created(): Float64Array | undefined {
    return this.#view("created") as Float64Array | undefined;
  }

  get leased(): Float64Array | undefined {
    return this.#view("leased") as Float64Array | undefined;
  }

  get ended(): Float64Array | undefined {
    return this.#view("ended") as Float64Array | undefined;
  }

  /** The column of the parameter at `index` of `parameters`, if it was asked for. */
  param(index: number): ParamColumn | undefined {
    const label = this.parameters[index]?.label;
    if (label === undefined) return undefined;
    const array = this.#view(`p.${label}`) ?? this.#view(`q.${label}`);
    if (array instanceof Uint8Array) return { codes: array, missing: 255 };
    if (array instanceof Uint16Array) return { codes: array, missing: 65535 };
    if (array instanceof Float32Array) return { values: array, missing: NaN };
    return undefined;
  }

  /** A metric's column; NaN is not there. */
  metric(name: string): Float32Array | undefined {
    return this.#view(`m.${name}`) as Float32Array | undefined;
  }

  /**
   * The value of a parameter in row `i`: a number, the position of an option, or NaN when it is not set.
   * Of a large study it is as exact as 255 steps of the axis.
   */
  valueAt(index: number, i: number): number {
    const column = this.param(index);
    const parameter = this.parameters[index];
    if (!column || !parameter) return NaN;
    if (column.values) return column.values[i] ?? NaN;
    const code = column.codes?.[i];
    if (code === undefined || code === column.missing) return NaN;
    return parameter.scale === "category" ? code : fromPosition(parameter, code / 254);
  }

  /** Takes what the server answered: all rows, or those that changed. */
  apply(body: ColumnsBody): void {
    const { header, columns } = body;
    const numbers = header.full ? undefined : (columns.get("number") as Int32Array | undefined);
    const n = Math.max(header.full ? 0 : this.n, header.total);
    for (const meta of header.columns) {
      const from = columns.get(meta.name);
      if (!from || meta.name === "number") continue;
      if (meta.dict) this.#dicts.set(meta.name, meta.dict);
      this.#take(meta.name, from, numbers, n, header.full);
    }
    this.n = n;
    this.rev = header.rev;
    this.#views.clear();
    this.#version.value++;
  }

  /** Takes a column more, of all rows; rows that are newer than those held come with the next change. */
  add(body: ColumnsBody): void {
    if (body.header.id !== this.id || !body.header.full) return;
    for (const [name, from] of body.columns) {
      const held = { array: from, empty: emptyOf(name, from) };
      if (from.length < this.n) held.array = grown(held, this.n);
      this.#columns.set(name, held);
    }
    this.#views.clear();
    this.#version.value++;
  }

  #take(name: string, from: WireArray, numbers: Int32Array | undefined, n: number, full: boolean): void {
    if (full || !numbers) {
      this.#columns.set(name, { array: from, empty: emptyOf(name, from) });
      return;
    }
    let held = this.#columns.get(name);
    if (!held || held.array.constructor !== from.constructor) {
      held = { array: from.subarray(0, 0), empty: emptyOf(name, from) };
      this.#columns.set(name, held);
    }
    if (held.array.length < n) held.array = grown(held, n);
    for (let row = 0; row < numbers.length; row++) {
      held.array[numbers[row] as number] = from[row] as number;
    }
  }

  #view(name: string): WireArray | undefined {
    const known = this.#views.get(name);
    if (known) return known;
    const held = this.#columns.get(name);
    if (!held) return undefined;
    const view = held.array.subarray(0, this.n);
    this.#views.set(name, view);
    return view;
  }
}

const NO_CODES = new Uint8Array(0);
const NO_VALUES = new Float32Array(0);

function emptyOf(name: string, array: WireArray): number {
  if (name === "state") return 0;
  if (array instanceof Float32Array || array instanceof Float64Array) return NaN;
  if (array instanceof Uint8Array) return 255;
  if (array instanceof Uint16Array) return 65535;
  return -1;
}

/** A copy with room to spare, so that a running study does not copy at every trial. */
function grown(held: Growing, n: number): WireArray {
  const room = Math.max(ROOM_FIRST, Math.ceil(n * 1.5));
  const array = new (held.array.constructor as new (length: number) => WireArray)(room);
  array.fill(held.empty);
  array.set(held.array);
  return array;
}

/** Where a value is on a parameter's axis, 0..1 inside of it. */
export function toPosition(parameter: Parameter, value: number): number {
  const { axis_low: low, axis_high: high } = parameter;
  if (high <= low) return 0.5;
  if (parameter.scale !== "log") return (value - low) / (high - low);
  if (value <= 0) return 0;
  return (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
}

/** The value at a position, 0..1, of a parameter's axis. */
export function fromPosition(parameter: Parameter, position: number): number {
  const { axis_low: low, axis_high: high } = parameter;
  if (parameter.scale !== "log") return low + position * (high - low);
  return Math.exp(Math.log(low) + position * (Math.log(high) - Math.log(low)));
}
