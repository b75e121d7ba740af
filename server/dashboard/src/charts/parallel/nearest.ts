// Which trial's line the pointer is on.

import { rowsOfBins } from "../../raster/smear";
import type { Rows } from "../../raster/codes";
import type { Layout } from "./layout";
import type { ParallelModel } from "./model";

/** In CSS pixels. */
const REACH = 8;

/** The trial that passes and whose line is nearest to a point, if it is near; among equals the one with the lower loss. */
export function trialNear(model: ParallelModel, rows: Rows, layout: Layout, x: number, y: number): number | null {
  const { placed, gap } = layout;
  const first = placed[0];
  if (!first || placed.length < 2 || y < layout.top - 4 || y > layout.bottom + 4) return null;
  const along = (x - first.x) / gap;
  const g = Math.min(placed.length - 2, Math.max(0, Math.floor(along)));
  if (along < -0.1 || along > placed.length - 0.9) return null;
  const [left, right] = [placed[g], placed[g + 1]];
  if (!left || !right) return null;
  const across = Math.min(1, Math.max(0, along - g));
  const row = (y - layout.top) / layout.row - 0.5;
  const leftRows = rowsOfBins(left.flipped);
  const rightRows = rowsOfBins(right.flipped);
  const leftBins = model.codes.bins[left.index] as Uint8Array;
  const rightBins = model.codes.bins[right.index] as Uint8Array;
  const { visible } = model;
  let found: number | null = null;
  let nearest = REACH / layout.row;
  for (let trial = 0; trial < model.codes.n; trial++) {
    if (!visible.has(trial)) continue;
    const from = leftRows[leftBins[trial] as number] as number;
    const to = rightRows[rightBins[trial] as number] as number;
    const distance = Math.abs(from + (to - from) * across - row);
    if (distance > nearest) continue;
    if (distance === nearest && found !== null && !isBetter(rows, trial, found)) continue;
    nearest = distance;
    found = trial;
  }
  return found;
}

function isBetter(rows: Rows, trial: number, than: number): boolean {
  return (rows.loss[trial] as number) < (rows.loss[than] as number);
}
