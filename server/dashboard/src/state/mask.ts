// Which trials pass a selection's filters, as one byte a trial: 100,000 of them are tested in about a millisecond an axis.

import { COMPLETED, type Parameter } from "../api/types";
import type { Brush } from "./brush";
import { toPosition, type ColumnSet, type ParamColumn } from "./columnset";

export interface Mask {
  /** 1 passes; as long as there are trials. */
  bytes: Uint8Array;
  /** How many pass. */
  matched: number;
  /** Whether anything filters; if not, all pass. */
  active: boolean;
}

const NOTHING: Mask = { bytes: new Uint8Array(0), matched: 0, active: false };

/** Subscribes to the columns' version when it is called within a computation. */
export function maskOf(columns: ColumnSet | null, brushes: ReadonlyMap<string, Brush>, topPercent: number): Mask {
  if (!columns || columns.version.value === 0) return NOTHING;
  const bytes = new Uint8Array(columns.n).fill(1);
  const active = brushes.size > 0 || topPercent < 100;
  if (!active) return { bytes, matched: columns.n, active };
  for (const [axis, brush] of brushes) narrow(columns, axis, brush, bytes);
  if (topPercent < 100) keepTop(columns, topPercent, bytes);
  let matched = 0;
  for (let i = 0; i < bytes.length; i++) matched += bytes[i] as number;
  return { bytes, matched, active };
}

function narrow(columns: ColumnSet, axis: string, brush: Brush, bytes: Uint8Array): void {
  if (axis.startsWith("p.")) {
    const index = columns.parameters.findIndex((parameter) => parameter.label === axis.slice(2));
    const column = columns.param(index);
    const parameter = columns.parameters[index];
    if (column && parameter) narrowParam(parameter, column, brush, bytes);
    return;
  }
  if (axis === "state") narrowCodes(columns.state, allowedCodes(brush, 255), bytes);
  else if (axis === "number") narrowNumber(brush, bytes);
  else {
    const values = valuesOf(columns, axis);
    if (values) narrowValues(values, brush, bytes);
  }
}

function valuesOf(columns: ColumnSet, axis: string): Float32Array | undefined {
  if (axis === "loss") return columns.loss;
  if (axis === "duration") return columns.duration;
  return axis.startsWith("m.") ? columns.metric(axis.slice(2)) : undefined;
}

function narrowParam(parameter: Parameter, column: ParamColumn, brush: Brush, bytes: Uint8Array): void {
  if (column.values) {
    narrowValues(column.values, brush, bytes);
  } else if (column.codes) {
    const category = parameter.scale === "category";
    const allowed = category ? allowedCodes(brush, column.missing) : allowedPositions(parameter, brush, column.missing);
    narrowCodes(column.codes, allowed, bytes);
  }
}

function allowedCodes(brush: Brush, missing: number): Uint8Array {
  const allowed = new Uint8Array(missing + 1);
  for (const option of brush.options) if (option < missing) allowed[option] = 1;
  if (brush.notSet) allowed[missing] = 1;
  return allowed;
}

function allowedPositions(parameter: Parameter, brush: Brush, missing: number): Uint8Array {
  const allowed = new Uint8Array(missing + 1);
  for (const [low, high] of brush.ranges) {
    const from = Math.max(0, Math.round(toPosition(parameter, low) * 254));
    const to = Math.min(254, Math.round(toPosition(parameter, high) * 254));
    for (let code = from; code <= to; code++) allowed[code] = 1;
  }
  if (brush.notSet) allowed[missing] = 1;
  return allowed;
}

function narrowCodes(codes: Uint8Array | Uint16Array, allowed: Uint8Array, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) {
    if (allowed[codes[i] as number] !== 1) bytes[i] = 0;
  }
}

function narrowValues(values: Float32Array, brush: Brush, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) {
    const value = values[i] as number;
    const passes = Number.isNaN(value) ? brush.notSet : isWithin(brush, value);
    if (!passes) bytes[i] = 0;
  }
}

function isWithin(brush: Brush, value: number): boolean {
  for (const [low, high] of brush.ranges) if (value >= low && value <= high) return true;
  return brush.options.has(value);
}

function narrowNumber(brush: Brush, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) if (!isWithin(brush, i)) bytes[i] = 0;
}

/** Ties at the threshold all pass. */
function keepTop(columns: ColumnSet, topPercent: number, bytes: Uint8Array): void {
  const { loss, state, n } = columns;
  const threshold = topThreshold(columns, topPercent);
  for (let i = 0; i < n; i++) {
    if (state[i] !== COMPLETED || !((loss[i] as number) <= threshold)) bytes[i] = 0;
  }
}

/** The highest loss among the best so many percent of the completed trials (at least one); -Infinity if there are none. */
function topThreshold(columns: ColumnSet, topPercent: number): number {
  const { loss, state, n } = columns;
  const losses = new Float32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const value = loss[i] as number;
    if (state[i] === COMPLETED && !Number.isNaN(value)) losses[count++] = value;
  }
  if (count === 0) return -Infinity;
  const kept = Math.max(1, Math.ceil((count * topPercent) / 100));
  return losses.subarray(0, count).sort()[kept - 1] as number;
}
