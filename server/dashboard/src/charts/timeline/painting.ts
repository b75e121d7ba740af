// Bars of attempts, which say by shape and colour how each ended: blue, completed; higher, red and with a cross, failed; half
// as high, pruned; a thin line, cancelled; an outline without an end, running.

import { TRIAL_STATES, type TrialState } from "../../api/types";
import type { Mask } from "../../state/mask";
import { line } from "../frame";
import { drawGlyph } from "../glyph";
import { faint, FONT, type Ink } from "../ink";
import { endOf, type Bar, type Lanes } from "./lanes";
import { shortened, type View } from "./view";

const INSET = 2;
/** A bar that is at least so wide has room for a cross, and for a gap before the next one. */
const WIDE = 14;
/** The height of a name. */
const LETTERS = 13;
const OUT_OF_FILTER = 0.18;

export interface PaintInput {
  lanes: Lanes;
  mask: Mask | null;
  now: number;
}

export function paintTimeline(context: CanvasRenderingContext2D, view: View, ink: Ink, input: PaintInput): void {
  context.font = FONT;
  paintAxis(context, view, ink);
  context.save();
  context.beginPath();
  context.rect(0, 0, view.left + view.width + 1, view.height);
  context.clip();
  paintNames(context, view, ink, input.lanes);
  context.beginPath();
  context.rect(view.left, 0, view.width + 1, view.height);
  context.clip();
  // What failed is drawn last: where bars are thinner than a pixel, it is to be seen.
  for (const failed of [false, true]) paintBars(context, view, ink, input, failed);
  context.restore();
}

function paintAxis(context: CanvasRenderingContext2D, view: View, ink: Ink): void {
  const { left, width, height, ticks } = view;
  context.lineWidth = 1;
  context.textBaseline = "top";
  context.textAlign = "center";
  context.fillStyle = ink.muted;
  context.strokeStyle = ink.grid;
  let free = -Infinity;
  for (const { value, text } of ticks) {
    const at = Math.round(view.x(value)) + 0.5;
    line(context, at, 0, at, height + 4);
    const half = context.measureText(text).width / 2;
    const middle = Math.min(Math.max(at, half), left + width + 14 - half);
    if (middle - half < free) continue;
    context.fillText(text, middle, height + 7);
    free = middle + half + 10;
  }
  context.strokeStyle = ink.strong;
  line(context, left, height + 0.5, left + width, height + 0.5);
  context.textAlign = "right";
  context.fillText("time of day", left + width, height + 24);
}

function paintNames(context: CanvasRenderingContext2D, view: View, ink: Ink, { lanes }: Lanes): void {
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = ink.muted;
  context.strokeStyle = ink.grid;
  const widthOf = (text: string): number => context.measureText(text).width;
  for (const { worker, from: first, tracks } of lanes) {
    const top = view.y(first);
    const bottom = view.y(first + tracks);
    if (bottom < 0 || top > view.height) continue;
    const [from, to] = [Math.max(0, top), Math.min(view.height, bottom)];
    if (to - from >= LETTERS) context.fillText(shortened(worker, view.left - 10, widthOf), view.left - 8, (from + to) / 2);
    line(context, view.left, Math.round(bottom) - 0.5, view.left + view.width, Math.round(bottom) - 0.5);
  }
}

function paintBars(context: CanvasRenderingContext2D, view: View, ink: Ink, input: PaintInput, failed: boolean): void {
  const { lanes, mask, now } = input;
  const first = Math.max(0, Math.floor(view.scrolled / view.track));
  const last = Math.min(lanes.tracks, Math.ceil((view.scrolled + view.height) / view.track));
  for (let track = first; track < last; track++) {
    for (const bar of lanes.byTrack[track] ?? []) {
      if ((TRIAL_STATES[bar.state] === "failed") !== failed) continue;
      if (bar.start > view.time.high || endOf(bar, now) < view.time.low) continue;
      const [x, y, width, height] = boxOf(view, bar, now);
      context.globalAlpha = mask?.active && mask.bytes[bar.trial] !== 1 ? OUT_OF_FILTER : 1;
      paintBar(context, ink, TRIAL_STATES[bar.state] ?? "completed", x, y, width, height);
    }
  }
  context.globalAlpha = 1;
}

/** Left, top, width and height of a bar. */
export function boxOf(view: View, bar: Bar, now: number): [number, number, number, number] {
  const left = view.x(bar.start);
  const wide = view.x(endOf(bar, now)) - left;
  return [left, view.y(bar.track) + INSET, Math.max(1, wide > 3 ? wide - 1 : wide), view.track - 2 * INSET - 1];
}

function paintBar(context: CanvasRenderingContext2D, ink: Ink, state: TrialState, x: number, y: number, width: number, height: number): void {
  context.fillStyle = colourOf(ink, state);
  if (state === "pruned") context.fillRect(x, y + height / 2, width, height / 2);
  else if (state === "cancelled") context.fillRect(x, y + height / 2 - 1, width, 2);
  else if (state === "running") {
    context.strokeStyle = colourOf(ink, state);
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x + width, y + 0.75);
    context.lineTo(x + 0.75, y + 0.75);
    context.lineTo(x + 0.75, y + height - 0.75);
    context.lineTo(x + width, y + height - 0.75);
    context.stroke();
    context.fillStyle = faint(colourOf(ink, state), 0.2);
    context.fillRect(x, y, width, height);
  } else if (state === "failed") context.fillRect(x, y - INSET, width, height + 2 * INSET);
  else context.fillRect(x, y, width, height);
  if (state !== "failed" || width < WIDE) return;
  context.strokeStyle = ink.surface;
  context.lineWidth = 1.75;
  drawGlyph(context, state, x + width / 2, y + height / 2, Math.min(3.5, height / 2 - 2));
}

export function colourOf(ink: Ink, state: TrialState): string {
  if (ink.forced) return ink.text;
  if (state === "failed") return ink.series[1] ?? ink.text;
  if (state === "pruned") return ink.warn;
  if (state === "cancelled") return ink.muted;
  return ink.series[0] ?? ink.text;
}

/** A frame around a bar, seen on bars of every colour. */
export function frameBar(context: CanvasRenderingContext2D, view: View, ink: Ink, bar: Bar, now: number, colour: string): void {
  const [x, y, width, height] = boxOf(view, bar, now);
  context.save();
  context.beginPath();
  context.rect(view.left - 4, 0, view.width + 8, view.height);
  context.clip();
  for (const [wide, stroke] of [[5, ink.surface], [2, colour]] as const) {
    context.lineWidth = wide;
    context.strokeStyle = stroke;
    context.strokeRect(x - 1.5, y - 1.5, width + 3, height + 3);
  }
  context.restore();
}
