// Pointer and keys on a timeline: hover, click, drag to zoom, and steps from attempt to attempt.

import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Selection } from "../../state/selection";
import { steppedBar, type Bar, type Lanes } from "./lanes";
import { barAt, momentAt, type View } from "./view";

export interface GestureInput {
  held: { view: View | null };
  lanes: Lanes;
  /** The moment to which running bars reach. */
  moment: () => number;
  selection: Selection | undefined;
  /** Told the ends of time that somebody wants to see, and null for all of it. */
  onZoom: (ends: readonly [low: number, high: number] | null) => void;
  /** What is pointed at. */
  cursor: Signal<Bar | null>;
  /** Pixels that are being dragged over. */
  chosen: Signal<readonly [number, number] | null>;
  /** Called when a key has gone to a bar: to show and to say it. */
  onStep: (bar: Bar) => void;
}

const STILL = 5;

export function useGestures(input: GestureInput) {
  const { held, lanes, moment, selection, onZoom, cursor, chosen, onStep } = input;
  const pressed = useRef<number | null>(null);
  const at = (event: MouseEvent): [number, number] => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const point = (bar: Bar | null): void => {
    cursor.value = bar;
    if (selection) selection.hovered.value = bar?.trial ?? null;
  };
  const open = (event: { shiftKey: boolean }): void => {
    if (cursor.value) selection?.click(cursor.value.trial, event.shiftKey);
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    pressed.current = at(event)[0];
    if (event.pointerType === "mouse") (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const { view } = held;
    if (!view) return;
    const [x, y] = at(event);
    const from = pressed.current;
    if (from !== null && event.pointerType === "mouse" && (chosen.value !== null || Math.abs(x - from) > STILL)) {
      chosen.value = [from, x];
      return;
    }
    const bar = barAt(view, lanes, x, y, moment());
    point(bar);
    (event.currentTarget as HTMLElement).style.cursor = bar && selection ? "pointer" : "crosshair";
  };
  const onPointerUp = (event: PointerEvent): void => {
    const { view } = held;
    const dragged = chosen.value;
    const isPress = pressed.current !== null;
    pressed.current = null;
    chosen.value = null;
    if (!view || !isPress) return;
    if (dragged) {
      const [low = 0, high = 0] = dragged.map((x) => momentAt(view, x)).sort((a, b) => a - b);
      onZoom([low, high]);
      return;
    }
    point(barAt(view, lanes, ...at(event), moment()));
    open(event);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { view } = held;
    if (!view || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") open(event);
    else if (["+", "=", "-"].includes(event.key)) {
      const { low, high } = view.time;
      const middle = cursor.value?.start ?? (low + high) / 2;
      const times = event.key === "-" ? 2 : 0.5;
      onZoom([middle - (middle - low) * times, middle + (high - middle) * times]);
    } else if (event.key === "0") onZoom(null);
    else {
      const bar = steppedBar(lanes, cursor.value ?? ofTrial(lanes, selection?.hovered.value), event.key, moment());
      if (bar === undefined) return;
      point(bar);
      if (bar) onStep(bar);
    }
    event.preventDefault();
  };
  return {
    pointer: { onPointerDown, onPointerMove, onPointerUp, onPointerLeave: () => point(null), onDblClick: () => onZoom(null) },
    keys: { onKeyDown, onBlur: () => point(null) },
  };
}

/** The newest attempt at a trial. */
export function ofTrial({ lanes }: Lanes, trial: number | null | undefined): Bar | null {
  if (trial === null || trial === undefined) return null;
  let found: Bar | null = null;
  for (const { bars } of lanes) {
    for (const bar of bars) if (bar.trial === trial && bar.attempt >= (found?.attempt ?? 0)) found = bar;
  }
  return found;
}
