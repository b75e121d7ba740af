// What is drawn over the picture: axes with their marks, brushes, and the lines of single trials.

import { readerOf } from "../../raster/reader";
import type { Rows, Source } from "../../raster/codes";
import type { Brush } from "../../state/brush";
import { positionOf } from "../../raster/axis";
import { count, number } from "../../format/number";
import { faint, FONT, type Ink } from "../ink";
import { fitted, line } from "../frame";
import { linearTicks, logTicks, type Tick } from "../ticks";
import { yOf, yOfRow, type Layout, type Placed } from "./layout";
import type { ParallelModel } from "./model";

const BRUSH_WIDTH = 14;
const MARK = 4;

function ticksOf({ axis }: Placed, height: number): Tick[] {
  if (axis.kind === "category") return axis.options.map((text, value) => ({ value, text }));
  const most = Math.max(2, height / 34);
  if (axis.log) return logTicks(axis.low, axis.high, most);
  return linearTicks(axis.low, axis.high, most, axis.integer);
}

export function drawAxes(
  context: CanvasRenderingContext2D,
  layout: Layout,
  model: ParallelModel,
  brushes: ReadonlyMap<string, Brush>,
  ink: Ink,
): void {
  context.font = FONT;
  context.lineJoin = "round";
  for (const placed of layout.placed) {
    const brush = brushes.get(placed.axis.name);
    context.strokeStyle = ink.strong;
    context.lineWidth = 1;
    const x = Math.round(placed.x) + 0.5;
    line(context, x, layout.top, x, layout.top + layout.height);
    if (brush) drawBrush(context, layout, placed, brush, ink);
    drawTicks(context, layout, placed, model, ink);
    drawLane(context, layout, placed, model.missing[placed.index] ?? 0, brush?.notSet ?? false, ink);
  }
}

function drawTicks(
  context: CanvasRenderingContext2D,
  layout: Layout,
  placed: Placed,
  model: ParallelModel,
  ink: Ink,
): void {
  const capped = placed.axis.parameter === null && model.domain?.capped === true;
  let taken = Infinity;
  const ticks = ticksOf(placed, layout.height).map((tick) => ({ ...tick, y: yOf(layout, placed, positionOf(placed.axis, tick.value)) }));
  if (capped) ticks.push({ value: placed.axis.high, text: `≥ ${number(Number(placed.axis.high.toPrecision(3)))}`, y: yOf(layout, placed, 1) });
  ticks.sort((a, b) => b.y - a.y);
  for (const { text, y } of ticks) {
    context.strokeStyle = ink.strong;
    line(context, placed.x - MARK, Math.round(y) + 0.5, placed.x + MARK, Math.round(y) + 0.5);
    if (y > taken) continue;
    label(context, text, placed.x + 7, y, layout.gap - 12, ink);
    taken = y - 14;
  }
}

/** Text with a rim of the ground's colour, to be read on any density. */
function label(context: CanvasRenderingContext2D, text: string, x: number, y: number, room: number, ink: Ink): void {
  context.textAlign = "left";
  context.textBaseline = "middle";
  const shown = fitted(context, text, Math.min(room, 62));
  context.lineWidth = 4;
  context.strokeStyle = faint(ink.surface, 0.85);
  context.strokeText(shown, x, y);
  context.fillStyle = ink.text;
  context.fillText(shown, x, y);
  context.lineWidth = 1;
}

function drawLane(
  context: CanvasRenderingContext2D,
  layout: Layout,
  placed: Placed,
  missing: number,
  chosen: boolean,
  ink: Ink,
): void {
  if (missing === 0 && !chosen) return;
  const { x } = placed;
  context.strokeStyle = chosen ? ink.series[0] ?? ink.text : ink.strong;
  context.lineWidth = chosen ? 3 : 1;
  context.strokeRect(Math.round(x) - 5.5, layout.laneTop - 1.5, 12, layout.laneHeight + 3);
  context.lineWidth = 1;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = ink.muted;
  context.fillText(fitted(context, `${placed.axis.missing} ${count(missing)}`, layout.gap - 4), x, layout.bottom + 5);
}

function drawBrush(context: CanvasRenderingContext2D, layout: Layout, placed: Placed, brush: Brush, ink: Ink): void {
  const colour = ink.series[0] ?? ink.text;
  context.fillStyle = faint(colour, 0.28);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  for (const [top, bottom] of brushSpans(layout, placed, brush)) {
    context.beginPath();
    context.rect(placed.x - BRUSH_WIDTH / 2, top, BRUSH_WIDTH, Math.max(2, bottom - top));
    context.fill();
    context.stroke();
  }
}

/** From top to bottom of each part of a brush. */
export function brushSpans(layout: Layout, placed: Placed, brush: Brush): [number, number][] {
  const { axis } = placed;
  const ranges: [number, number][] =
    axis.kind === "category"
      ? [...brush.options].map((option) => [option - 0.42, option + 0.42])
      : brush.ranges.map(([low, high]) => [low, high]);
  return ranges.map(([low, high]) => {
    const ends = [yOf(layout, placed, positionOf(axis, low)), yOf(layout, placed, positionOf(axis, high))];
    return [Math.min(...ends), Math.max(...ends)];
  });
}

/** Draws lines of single trials, exactly where their values are. */
export class Lines {
  readonly #read: ((row: number) => number)[];

  constructor(
    readonly layout: Layout,
    rows: Rows,
    sources: readonly Source[],
  ) {
    this.#read = layout.placed.map(({ axis, index }) => {
      const source = sources[index];
      if (source === "loss") return readerOf(axis, { values: rows.loss, missing: NaN });
      return readerOf(axis, source === undefined ? undefined : rows.param(source));
    });
  }

  points(trial: number): [number, number][] {
    return this.layout.placed.map((placed, k) => {
      const place = this.#read[k]?.(trial) ?? NaN;
      return [placed.x, yOfRow(this.layout, placed, place, trial)];
    });
  }

  draw(context: CanvasRenderingContext2D, trial: number, colour: string, width: number, rim: string | null = null): void {
    const points = this.points(trial);
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.lineJoin = "round";
    if (rim) {
      context.strokeStyle = rim;
      context.lineWidth = width + 3;
      context.stroke();
    }
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
    context.fillStyle = colour;
    if (width < 2) return;
    for (const [x, y] of points) {
      context.beginPath();
      context.arc(x, y, width + 0.5, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

