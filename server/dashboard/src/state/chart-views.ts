// How the overview's charts stand, in the URL: `x=ended&log=1&zoom=10..200`, `axes=`, `flip=` and `scale=`.

import type { HistoryView, ParallelView } from "../charts/props";

export function readHistoryView(query: URLSearchParams): HistoryView {
  const [low, high] = (query.get("zoom") ?? "").split("..").map(Number);
  const isZoomed = low !== undefined && high !== undefined && low < high;
  return {
    x: query.get("x") === "ended" ? "ended" : "number",
    log: query.get("log") === "1",
    zoom: isZoomed ? [low, high] : null,
  };
}

export function writeHistoryView(query: URLSearchParams, view: HistoryView): void {
  put(query, "x", view.x === "ended" ? "ended" : "");
  put(query, "log", view.log ? "1" : "");
  put(query, "zoom", view.zoom ? view.zoom.map((end) => String(Number(end.toPrecision(14)))).join("..") : "");
}

/** Labels may hold commas, so each axis has an entry of its own. */
export function readParallelView(query: URLSearchParams): ParallelView {
  const scales: Record<string, "linear" | "log"> = {};
  for (const entry of query.getAll("scale")) {
    const colon = entry.lastIndexOf(":");
    const scale = entry.slice(colon + 1);
    if (colon > 0 && (scale === "linear" || scale === "log")) scales[entry.slice(0, colon)] = scale;
  }
  return { order: query.getAll("axis"), flipped: query.getAll("flip"), scales };
}

export function writeParallelView(query: URLSearchParams, view: ParallelView): void {
  for (const key of ["axis", "flip", "scale"]) query.delete(key);
  for (const axis of view.order) query.append("axis", axis);
  for (const axis of view.flipped) query.append("flip", axis);
  for (const [axis, scale] of Object.entries(view.scales)) query.append("scale", `${axis}:${scale}`);
}

function put(query: URLSearchParams, key: string, value: string): void {
  if (value === "") query.delete(key);
  else query.set(key, value);
}
