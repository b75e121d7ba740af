// Axes of a chart with an x and a y: where they are, and their marks, none of which overlaps another or is cut off.

import { FONT, type Ink } from "./ink";
import { ticksOf, unitOf, valueOfUnit, type Scale } from "./scale";
import type { Size } from "./surface";
import type { Tick } from "./ticks";

export interface PlotAxis extends Scale {
  /** What it measures, and the direction in which it is better. */
  title: string;
}

/** In CSS pixels of the canvas. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
  xTicks: Tick[];
  yTicks: Tick[];
  x(value: number): number;
  y(value: number): number;
  xAt(pixel: number): number;
  yAt(pixel: number): number;
}

const TITLE_HEIGHT = 20;
const FOOT_HEIGHT = 38;
const RIGHT = 14;
const MOST_LABEL = 110;
const APART = 10;

export function areaOf(context: CanvasRenderingContext2D, size: Size, x: PlotAxis, y: PlotAxis): Area {
  context.font = FONT;
  const top = TITLE_HEIGHT;
  const height = Math.max(20, size.height - top - FOOT_HEIGHT);
  const yTicks = ticksOf(y, Math.max(2, height / 38));
  const widest = yTicks.reduce((most, { text }) => Math.max(most, context.measureText(text).width), 0);
  const left = Math.ceil(Math.min(MOST_LABEL, widest)) + APART;
  const width = Math.max(20, size.width - left - RIGHT);
  return {
    left,
    top,
    width,
    height,
    xTicks: ticksOf(x, Math.max(2, width / 80)),
    yTicks,
    x: (value) => left + unitOf(x, value) * width,
    y: (value) => top + (1 - unitOf(y, value)) * height,
    xAt: (pixel) => valueOfUnit(x, (pixel - left) / width),
    yAt: (pixel) => valueOfUnit(y, 1 - (pixel - top) / height),
  };
}

export function drawFrame(context: CanvasRenderingContext2D, area: Area, x: PlotAxis, y: PlotAxis, ink: Ink): void {
  context.font = FONT;
  context.lineWidth = 1;
  context.strokeStyle = ink.grid;
  context.fillStyle = ink.muted;
  drawRows(context, area, y);
  drawColumns(context, area, x, ink);
  context.fillStyle = ink.muted;
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.fillText(fitted(context, y.title, area.left + area.width), 0, 11);
  context.textAlign = "right";
  context.fillText(fitted(context, x.title, area.left + area.width), area.left + area.width, area.top + area.height + 34);
}

function drawRows(context: CanvasRenderingContext2D, area: Area, y: PlotAxis): void {
  context.textAlign = "right";
  context.textBaseline = "middle";
  let free = Infinity;
  for (const { value, text } of area.yTicks) {
    const at = Math.round(area.y(value)) + 0.5;
    if (at < area.top - 1 || at > area.top + area.height + 1) continue;
    if (y.kind !== "category") line(context, area.left, at, area.left + area.width, at);
    if (at > free) continue;
    context.fillText(fitted(context, text, area.left - 4), area.left - 6, at);
    free = at - 14;
  }
}

function drawColumns(context: CanvasRenderingContext2D, area: Area, x: PlotAxis, ink: Ink): void {
  const bottom = area.top + area.height;
  context.textBaseline = "top";
  context.textAlign = "center";
  const room = x.kind === "category" ? Math.max(40, area.width / Math.max(1, area.xTicks.length) - 6) : 200;
  let free = -Infinity;
  for (const { value, text } of area.xTicks) {
    const at = Math.round(area.x(value)) + 0.5;
    if (at < area.left - 1 || at > area.left + area.width + 1) continue;
    const label = fitted(context, text, room);
    const half = context.measureText(label).width / 2;
    const middle = Math.min(Math.max(at, half), area.left + area.width + RIGHT - half);
    context.strokeStyle = ink.grid;
    line(context, at, bottom, at, bottom + 4);
    if (middle - half < free) continue;
    context.fillText(label, middle, bottom + 6);
    free = middle + half + 8;
  }
  context.strokeStyle = ink.strong;
  line(context, area.left, bottom + 0.5, area.left + area.width, bottom + 0.5);
}

export function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** Cut off with dots where it is wider than there is room. */
export function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length--;
  return `${text.slice(0, length)}…`;
}

/** Draws only inside of the area. */
export function clipped(context: CanvasRenderingContext2D, area: Area, draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(area.left - 4, area.top - 4, area.width + 8, area.height + 4.5);
  context.clip();
  draw();
  context.restore();
}
