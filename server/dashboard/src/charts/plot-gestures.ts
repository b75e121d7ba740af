// Pointer and keys on a plot: hover, click, drag to zoom, and steps from item to item.

import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Selection } from "../state/selection";
import type { Area } from "./frame";
import type { Items } from "./plot";
import { spoken } from "./tip";

export interface GestureInput {
  held: { area: Area | null };
  items: Items | undefined;
  selection: Selection | undefined;
  onZoom: ((ends: readonly [number, number] | null) => void) | undefined;
  /** The item that is pointed at. */
  cursor: Signal<number | null>;
  /** What a screen reader is told. */
  said: Signal<string>;
  /** Pixels that are being dragged over. */
  chosen: Signal<readonly [number, number] | null>;
}

const REACH = 14;
const STILL = 5;

export function useGestures(input: GestureInput) {
  const { held, items, selection, onZoom, cursor, said, chosen } = input;
  const pressed = useRef<number | null>(null);
  const at = (event: MouseEvent): [number, number] => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const point = (index: number | null): void => {
    cursor.value = index;
    if (selection && items) selection.hovered.value = index === null ? null : items.trial(index);
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    pressed.current = at(event)[0];
    if (onZoom && event.pointerType === "mouse") (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const { area } = held;
    if (!area) return;
    const [x, y] = at(event);
    const from = pressed.current;
    if (onZoom && from !== null && event.pointerType === "mouse" && (chosen.value !== null || Math.abs(x - from) > STILL)) {
      chosen.value = [within(area, from), within(area, x)];
      return;
    }
    const index = items ? nearest(items, area, x, y) : null;
    point(index);
    (event.currentTarget as HTMLElement).style.cursor = index !== null && selection ? "pointer" : onZoom ? "crosshair" : "default";
  };
  const onPointerUp = (event: PointerEvent): void => {
    const dragged = chosen.value;
    pressed.current = null;
    chosen.value = null;
    if (dragged && onZoom && held.area) {
      const ends = dragged.map((pixel) => (held.area as Area).xAt(pixel)).sort((a, b) => a - b);
      if (Math.abs(dragged[1] - dragged[0]) > STILL) onZoom([ends[0] as number, ends[1] as number]);
    } else if (cursor.value !== null && items) {
      const trial = items.trial(cursor.value);
      if (trial !== null) selection?.click(trial, event.shiftKey);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!items || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && cursor.value !== null) {
      const trial = items.trial(cursor.value);
      if (trial !== null) selection?.click(trial, event.shiftKey);
      return;
    }
    const next = stepped(items, cursor.value ?? indexOfHovered(items, selection), event.key);
    if (next === undefined) return;
    event.preventDefault();
    point(next);
    if (next !== null) said.value = spoken(items.tip(next));
  };
  return {
    pointer: {
      onPointerDown,
      onPointerMove,
      onPointerUp,
      onPointerLeave: () => point(null),
      onDblClick: () => onZoom?.(null),
    },
    keys: { onKeyDown, onBlur: () => point(null) },
  };
}

function within(area: Area, x: number): number {
  return Math.min(area.left + area.width, Math.max(area.left, x));
}

function indexOfHovered(items: Items, selection: Selection | undefined): number | null {
  const trial = selection?.hovered.value ?? null;
  return trial === null ? null : items.indexOf(trial);
}

/** The item nearest to a point in pixels, if one is within reach. */
function nearest(items: Items, area: Area, x: number, y: number): number | null {
  let found: number | null = null;
  let least = REACH * REACH;
  for (let index = 0; index < items.n; index++) {
    const dx = area.x(items.x(index)) - x;
    if (!(Math.abs(dx) <= REACH)) continue;
    const at = area.y(items.y(index));
    const dy = Math.min(area.top + area.height, Math.max(area.top, at)) - y;
    const distance = dx * dx + dy * dy;
    if (distance <= least) {
      least = distance;
      found = index;
    }
  }
  return found;
}

/** Undefined for a key that does not step. */
function stepped(items: Items, from: number | null, key: string): number | null | undefined {
  const there = (index: number): boolean => !Number.isNaN(items.x(index)) && !Number.isNaN(items.y(index));
  const walk = (start: number, by: 1 | -1): number | null => {
    for (let index = start; index >= 0 && index < items.n; index += by) if (there(index)) return index;
    return from;
  };
  if (key === "ArrowRight" || key === "ArrowDown") return walk((from ?? -1) + 1, 1);
  if (key === "ArrowLeft" || key === "ArrowUp") return walk((from ?? items.n) - 1, -1);
  if (key === "Home") return walk(0, 1);
  if (key === "End") return walk(items.n - 1, -1);
  return undefined;
}
