// Marks of trials by their state, told apart by shape: a dot completed, a ring queued, half a ring running, a triangle
// pruned, a cross failed, a bar cancelled.

import type { TrialState } from "../api/types";

export function drawGlyph(context: CanvasRenderingContext2D, state: TrialState, x: number, y: number, radius: number): void {
  context.beginPath();
  if (state === "completed") {
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  if (state === "failed") cross(context, x, y, radius);
  else if (state === "pruned") triangle(context, x, y, radius * 1.2);
  else if (state === "cancelled") {
    context.moveTo(x - radius, y);
    context.lineTo(x + radius, y);
  } else context.arc(x, y, radius, 0, state === "running" ? Math.PI : 2 * Math.PI);
  context.stroke();
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.moveTo(x - radius, y - radius);
  context.lineTo(x + radius, y + radius);
  context.moveTo(x + radius, y - radius);
  context.lineTo(x - radius, y + radius);
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y + radius * 0.8);
  context.lineTo(x - radius, y + radius * 0.8);
  context.closePath();
}
