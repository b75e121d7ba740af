// Points of a history, or their density where they are many; the best so far as steps; trials without a loss below.

import { TRIAL_STATES } from "../../api/types";
import { countPoint, emptyGrid, toneGrid } from "../../raster/grid";
import type { ColumnSet } from "../../state/columnset";
import type { Mask } from "../../state/mask";
import { clipped, type Area } from "../frame";
import { drawGlyph } from "../glyph";
import { faint, rgbOf, type Ink } from "../ink";
import { pixel } from "../ramp";
import type { HistorySeries } from "./series";

/** More are drawn as a density. */
export const MOST_POINTS = 5000;
/** More marks of trials without a loss in view are drawn as bars. */
const MOST_MARKS = 300;
/** A square of a density, in CSS pixels. */
const SQUARE = 2;
/** Marks of trials without a loss stand this far above the x axis. */
const STRIP = 7;

export interface PaintInput {
  columns: ColumnSet;
  mask: Mask;
  series: HistorySeries;
  /** Positions in `series.trials` that are in view. */
  from: number;
  to: number;
  medians: readonly { x: number; loss: number }[];
}

export function paintHistory(context: CanvasRenderingContext2D, area: Area, ink: Ink, input: PaintInput): void {
  clipped(context, area, () => {
    if (input.to - input.from > MOST_POINTS) paintDensity(context, area, ink, input);
    else paintPoints(context, area, ink, input);
    paintUnscored(context, area, ink, input);
    paintMedians(context, area, ink, input.medians);
    paintBest(context, area, ink, input);
  });
}

function passes(mask: Mask, trial: number): boolean {
  return !mask.active || mask.bytes[trial] === 1;
}

function heightOf(area: Area, loss: number): number {
  return Math.max(area.top, area.y(loss));
}

function paintPoints(context: CanvasRenderingContext2D, area: Area, ink: Ink, input: PaintInput): void {
  const { columns, mask, series, from, to } = input;
  const radius = to - from > 1000 ? 1.75 : 2.5;
  const inks = [faint(ink.muted, 0.3), faint(ink.series[0] ?? ink.text, to - from > 400 ? 0.6 : 0.85)];
  for (const matched of [false, true]) {
    context.fillStyle = inks[Number(matched)] as string;
    for (let k = from; k < to; k++) {
      const trial = series.trials[k] as number;
      if (passes(mask, trial) !== matched) continue;
      drawGlyph(context, "completed", area.x(series.x(trial)), heightOf(area, columns.loss[trial] as number), radius);
    }
  }
}

function paintDensity(context: CanvasRenderingContext2D, area: Area, ink: Ink, input: PaintInput): void {
  const { columns, mask, series, from, to } = input;
  const size = [Math.ceil(area.width / SQUARE), Math.ceil(area.height / SQUARE)] as const;
  const rest = emptyGrid(...size);
  const chosen = emptyGrid(...size);
  for (let k = from; k < to; k++) {
    const trial = series.trials[k] as number;
    const across = (area.x(series.x(trial)) - area.left) / area.width;
    const down = (area.y(columns.loss[trial] as number) - area.top) / area.height;
    countPoint(passes(mask, trial) ? chosen : rest, across, down);
  }
  const canvas = new OffscreenCanvas(...size);
  const paint = canvas.getContext("2d");
  if (!paint) return;
  for (const [grid, colour, strength] of [[rest, ink.muted, 0.5], [chosen, ink.series[0] ?? ink.text, 1]] as const) {
    if (grid.most === 0) continue;
    const image = new ImageData(...size);
    toneGrid(grid, pixel(rgbOf(colour)), strength, new Uint32Array(image.data.buffer));
    paint.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, area.left, area.top, size[0] * SQUARE, size[1] * SQUARE);
    context.imageSmoothingEnabled = true;
  }
}

/** Failed, pruned and cancelled trials without a loss, by their signs just above the axis. */
function paintUnscored(context: CanvasRenderingContext2D, area: Area, ink: Ink, { columns, mask, series }: PaintInput): void {
  const marks: [number, number][] = [];
  for (let trial = 0; trial < columns.n; trial++) {
    const state = columns.state[trial] as number;
    if (state < 3 || !passes(mask, trial)) continue;
    const x = area.x(series.x(trial));
    if (x >= area.left && x <= area.left + area.width) marks.push([x, state]);
  }
  const y = area.top + area.height - STRIP;
  if (marks.length > MOST_MARKS) paintBars(context, area, ink, marks);
  else {
    context.lineWidth = 1.5;
    for (const [x, state] of marks) {
      context.strokeStyle = state === 3 ? ink.bad : ink.muted;
      drawGlyph(context, TRIAL_STATES[state] ?? "failed", x, y, 3);
    }
  }
}

const BAR = 4;

/** How many of the trials at a place ended without a loss. */
function paintBars(context: CanvasRenderingContext2D, area: Area, ink: Ink, marks: readonly [number, number][]): void {
  const bars = new Uint32Array(Math.ceil(area.width / BAR) + 1);
  for (const [x] of marks) {
    const bar = Math.floor((x - area.left) / BAR);
    bars[bar] = (bars[bar] as number) + 1;
  }
  const most = bars.reduce((a, b) => Math.max(a, b), 1);
  context.fillStyle = faint(ink.bad, 0.75);
  bars.forEach((n, bar) => {
    const height = (n / most) * 12;
    context.fillRect(area.left + bar * BAR, area.top + area.height - height, BAR - 1, height);
  });
}

function paintMedians(context: CanvasRenderingContext2D, area: Area, ink: Ink, medians: PaintInput["medians"]): void {
  if (medians.length < 2) return;
  context.beginPath();
  for (const { x, loss } of medians) context.lineTo(area.x(x), heightOf(area, loss));
  stroke(context, ink, ink.text, 1.5, [5, 3]);
}

function paintBest(context: CanvasRenderingContext2D, area: Area, ink: Ink, { columns, series }: PaintInput): void {
  const { best } = series;
  if (best.length === 0) return;
  context.beginPath();
  let y = 0;
  best.forEach((trial, k) => {
    const x = area.x(series.x(trial));
    if (k > 0) context.lineTo(x, y);
    y = heightOf(area, columns.loss[trial] as number);
    context.lineTo(x, y);
  });
  context.lineTo(area.x(series.lastX), y);
  stroke(context, ink, ink.series[1] ?? ink.text, 2, []);
}

/** A line with a rim, to be seen on a density of its own darkness. */
function stroke(context: CanvasRenderingContext2D, ink: Ink, colour: string, width: number, dash: number[]): void {
  context.lineJoin = "round";
  context.strokeStyle = faint(ink.surface, 0.8);
  context.lineWidth = width + 2.5;
  context.stroke();
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}
