// Reads the places of trials on an axis from a column, whichever form the column came in.

import { fromPosition, type ParamColumn } from "../state/columnset";
import { placeOf, positionOf, spreadOf, type Axis } from "./axis";

/** The place of a row, 0..1, or NaN where it has no value on the axis. */
export type Reader = (row: number) => number;

export function readerOf(axis: Axis, column: ParamColumn | undefined): Reader {
  if (column?.values) {
    const { values } = column;
    return (row) => {
      const value = values[row] as number;
      return Number.isFinite(value) ? placeOf(axis, value, spreadOf(row)) : NaN;
    };
  }
  if (!column?.codes) return () => NaN;
  const { codes } = column;
  const { from, width } = tableOf(axis, column.missing);
  return (row) => {
    const code = codes[row] as number;
    return (from[code] as number) + (width[code] as number) * spreadOf(row);
  };
}

/** A code of a number stands for a stretch of the axis, and its trials are spread over it: 255 steps leave no stripes. */
function tableOf(axis: Axis, missing: number): { from: Float32Array; width: Float32Array } {
  const from = new Float32Array(missing + 1).fill(NaN);
  const width = new Float32Array(missing + 1);
  const coded = axis.kind === "category" ? axis.options.length : 255;
  for (let code = 0; code < coded && code < missing; code++) {
    const [start, end] = stretchOf(axis, code);
    from[code] = start;
    width[code] = end - start;
  }
  return { from, width };
}

function stretchOf(axis: Axis, code: number): [number, number] {
  const { parameter } = axis;
  if (axis.kind === "category") return [placeOf(axis, code, 0), placeOf(axis, code, 1)];
  if (!parameter) return [NaN, NaN];
  if (axis.band !== null) {
    const value = Math.round(fromPosition(parameter, code / 254) / axis.band) * axis.band;
    return [placeOf(axis, value, 0), placeOf(axis, value, 1)];
  }
  return [
    positionOf(axis, fromPosition(parameter, code / 255)),
    positionOf(axis, fromPosition(parameter, (code + 1) / 255)),
  ];
}
