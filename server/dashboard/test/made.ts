// Studies made up for tests: seeded, with conditional parameters, failed trials and ties.

import type { Parameter } from "../src/api/types";
import type { ParamColumn } from "../src/state/columnset";
import type { Axis } from "../src/raster/axis";
import { bandOf } from "../src/raster/axis";
import type { Rows, Source } from "../src/raster/codes";

/** The generator of mulberry32: the same numbers for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function parameter(label: string, over: Partial<Parameter> = {}): Parameter {
  return {
    label, kind: "uniform", scale: "linear", integer: false, low: 0, high: 1, axis_low: 0, axis_high: 1,
    step: null, options: [], active_when: [], ...over,
  };
}

export const PARAMETERS: readonly Parameter[] = [
  parameter("lr", { kind: "loguniform", scale: "log", low: 1e-5, high: 1, axis_low: 1e-5, axis_high: 1 }),
  parameter("layers", { kind: "uniformint", integer: true, step: 1, low: 1, high: 5, axis_low: 1, axis_high: 5 }),
  parameter("booster", { kind: "choice", scale: "category", options: ["tree", "linear", "dart"], axis_high: 2, high: 2 }),
  parameter("rate_drop", { active_when: [{ parameter: 2, option: 2 }] }),
];

/** Rows whose columns can be written to. */
export class MadeRows implements Rows {
  n: number;
  state: Uint8Array;
  loss: Float32Array;
  columns: ParamColumn[];

  constructor(n: number, seed: number) {
    const next = random(seed);
    this.n = n;
    this.state = new Uint8Array(n);
    this.loss = new Float32Array(n).fill(NaN);
    const lr = new Float32Array(n);
    const layers = new Float32Array(n);
    const booster = new Uint8Array(n);
    const drop = new Float32Array(n).fill(NaN);
    for (let i = 0; i < n; i++) {
      lr[i] = 10 ** (-5 * next());
      layers[i] = 1 + Math.floor(next() * 5);
      booster[i] = Math.floor(next() * 3);
      if (booster[i] === 2) drop[i] = next();
      this.state[i] = next() < 0.1 ? 3 : 2;
      if (this.state[i] === 2) this.loss[i] = Math.round(next() * 1000) / 1000;
    }
    this.columns = [
      { values: lr, missing: NaN },
      { values: layers, missing: NaN },
      { codes: booster, missing: 255 },
      { values: drop, missing: NaN },
    ];
  }

  param(index: number): ParamColumn | undefined {
    return this.columns[index];
  }

  /** The first `n` of them, as a study was when it had no more. */
  first(n: number): Rows {
    const { state, loss, columns } = this;
    return {
      n,
      state: state.subarray(0, n),
      loss: loss.subarray(0, n),
      param: (index) => {
        const column = columns[index] as ParamColumn;
        if (column.values) return { values: column.values.subarray(0, n), missing: NaN };
        return { codes: (column.codes as Uint8Array).subarray(0, n), missing: column.missing };
      },
    };
  }
}

export const AXES: readonly Axis[] = [
  ...PARAMETERS.map((p): Axis => {
    const category = p.scale === "category";
    const band = category ? 1 : bandOf(p.axis_low, p.axis_high, p.step);
    const margin = band === null ? 0 : band / 2;
    return {
      name: `p.${p.label}`, label: p.label, kind: category ? "category" : "number", log: p.scale === "log",
      integer: p.integer, band, low: p.axis_low - margin, high: p.axis_high + margin, options: p.options,
      parameter: p, missing: "not set",
    };
  }),
  {
    name: "loss", label: "loss", kind: "number", log: false, integer: false, band: null, low: 0, high: 1, options: [],
    parameter: null, missing: "no loss",
  },
];

export const SOURCES: readonly Source[] = [0, 1, 2, 3, "loss"];
