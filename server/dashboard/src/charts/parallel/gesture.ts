// Dragging on an axis: a new part of its brush, or one that is moved or made longer; a click on an option or on the lane.

import { NO_BRUSH, type Brush } from "../../state/brush";
import type { Selection } from "../../state/selection";
import { brushSpans } from "./drawing";
import { optionsWithin, rangeOf, spanOf, toggleNotSet, toggleOption, withoutRange, withRange, type Span } from "./brushing";
import { axisNear, placeAtY, type Layout, type Placed } from "./layout";

/** How near to an axis a drag begins, and to an end of a brush. */
const REACH = 13;
const END_REACH = 6;
/** A pointer that moved less was a click. */
const STILL = 4;

interface Drag {
  placed: Placed;
  startY: number;
  /** The brush before, and which part of it is being changed. */
  before: Brush | undefined;
  part: number;
  kind: "new" | "move" | "low" | "high";
  span: Span;
  moved: boolean;
}

export class AxisGesture {
  #drag: Drag | null = null;

  constructor(readonly selection: Selection) {}

  get isDragging(): boolean {
    return this.#drag !== null;
  }

  /** Takes a press if it is on an axis or its lane; `add` keeps the other parts of the brush. */
  start(layout: Layout, x: number, y: number, add: boolean): boolean {
    const placed = axisNear(layout, x, REACH);
    if (!placed || y < layout.top - 6) return false;
    const { name } = placed.axis;
    const before = this.selection.brushes.peek().get(name);
    if (y > layout.top + layout.height + 4) {
      if (y > layout.bottom + 24) return false;
      this.selection.brush(name, toggleNotSet(before));
      return true;
    }
    this.#drag = this.#begun(layout, placed, y, before, add);
    return true;
  }

  #begun(layout: Layout, placed: Placed, y: number, before: Brush | undefined, add: boolean): Drag {
    const at = placeAtY(layout, placed, y);
    const shared = { placed, startY: y, before, moved: false };
    if (placed.axis.kind === "number" && before) {
      const spans = brushSpans(layout, placed, before);
      for (const [part, [top, bottom]] of spans.entries()) {
        const span = spanOf(placed.axis, before.ranges[part] as readonly [number, number]);
        const lowAt = placed.flipped ? top : bottom;
        const highAt = placed.flipped ? bottom : top;
        if (Math.abs(y - lowAt) <= END_REACH) return { ...shared, part, kind: "low", span };
        if (Math.abs(y - highAt) <= END_REACH) return { ...shared, part, kind: "high", span };
        if (y > top && y < bottom) return { ...shared, part, kind: "move", span };
      }
    }
    const keep = add ? before : before?.notSet ? { ...NO_BRUSH, notSet: true } : undefined;
    return { ...shared, before: keep, part: keep?.ranges.length ?? 0, kind: "new", span: [at, at] };
  }

  move(layout: Layout, y: number): void {
    const drag = this.#drag;
    if (!drag) return;
    if (!drag.moved && Math.abs(y - drag.startY) < STILL) return;
    drag.moved = true;
    const { axis } = drag.placed;
    const span = spanAt(layout, drag, y);
    if (axis.kind === "category") {
      const options = new Set([...(drag.before?.options ?? []), ...optionsWithin(axis, span)]);
      this.selection.brush(axis.name, { ...NO_BRUSH, ...drag.before, options });
    } else this.selection.brush(axis.name, withRange(drag.before, drag.part, rangeOf(axis, span)));
  }

  /** A press that did not move takes the part of the brush away that it is on, or turns an option on or off. */
  end(layout: Layout): void {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag || drag.moved) return;
    const { axis } = drag.placed;
    const held = this.selection.brushes.peek().get(axis.name);
    if (axis.kind === "category") {
      const [option] = optionsWithin(axis, [placeAtY(layout, drag.placed, drag.startY), placeAtY(layout, drag.placed, drag.startY)]);
      if (option !== undefined) this.selection.brush(axis.name, toggleOption(held, option));
    } else if (drag.kind !== "new" && held) this.selection.brush(axis.name, withoutRange(held, drag.part));
    else this.selection.brush(axis.name, null);
  }

  /** What the pointer would do at a place. */
  cursor(layout: Layout, x: number, y: number): string {
    const placed = axisNear(layout, x, REACH);
    if (!placed || y < layout.top - 6) return "default";
    if (y > layout.top + layout.height + 4 || placed.axis.kind === "category") return "pointer";
    const brush = this.selection.brushes.peek().get(placed.axis.name);
    for (const [top, bottom] of brush ? brushSpans(layout, placed, brush) : []) {
      if (Math.abs(y - top) <= END_REACH || Math.abs(y - bottom) <= END_REACH) return "ns-resize";
      if (y > top && y < bottom) return "grab";
    }
    return "crosshair";
  }
}

function spanAt(layout: Layout, drag: Drag, y: number): Span {
  const from = placeAtY(layout, drag.placed, drag.startY);
  const at = placeAtY(layout, drag.placed, y);
  const [low, high] = drag.span;
  if (drag.kind === "low") return [Math.min(at, high), Math.max(at, high)];
  if (drag.kind === "high") return [Math.min(low, at), Math.max(low, at)];
  if (drag.kind === "new") return [Math.min(from, at), Math.max(from, at)];
  const by = Math.min(1 - high, Math.max(-low, at - from));
  return [low + by, high + by];
}
