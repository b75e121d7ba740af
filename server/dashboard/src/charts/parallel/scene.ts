// One chart of parallel coordinates as it is painted: the picture below, axes and lines over it.

import type { ColumnSet } from "../../state/columnset";
import type { Mask } from "../../state/mask";
import type { Selection } from "../../state/selection";
import type { ParallelView } from "../props";
import { ONE_TRIAL, rankOfGoodness } from "../../raster/ranks";
import { faint, type Ink } from "../ink";
import { css } from "../ramp";
import type { Size } from "../surface";
import { drawAxes, Lines } from "./drawing";
import { layoutOf, type Layout } from "./layout";
import { ParallelModel } from "./model";
import { Picture } from "./picture";

/** So few trials are drawn as lines, which are sharper. */
const FEW = 200;

export interface SceneInput {
  columns: ColumnSet;
  selection: Selection;
  view: ParallelView;
  mask: Mask;
  best: number;
  /** Only these trials are drawn, each in a colour of its own. */
  only: readonly number[] | null;
}

export class Scene {
  readonly model: ParallelModel;
  layout: Layout | null = null;
  lines: Lines | null = null;
  #key: unknown[] = [];
  #behind = new Picture();
  #behindKey: unknown[] = [];
  #front = new Picture();
  #frontKey: unknown[] = [];
  #bare = new Picture();
  #bareKey: unknown[] = [];

  constructor(columns: ColumnSet) {
    this.model = new ParallelModel(columns.parameters);
  }

  /** Brings trials and layout up to date; true if the layout is another one. */
  refresh({ columns, view, mask, best }: SceneInput, { width, height }: Size): boolean {
    const version = columns.version.peek();
    this.model.update(columns, version, view, mask, best);
    const key = [this.model.axes, this.model.order, view.flipped, width, height];
    const moved = !same(key, this.#key);
    if (moved) {
      this.#key = key;
      this.layout = layoutOf(this.model.axes, this.model.order, view.flipped, width, height);
    }
    if (this.layout) this.lines = new Lines(this.layout, columns, this.model.codes.sources);
    return moved;
  }

  /** The trials themselves. */
  paintTrials(context: CanvasRenderingContext2D, input: SceneInput, ink: Ink): void {
    const { layout, model } = this;
    if (!layout) return;
    const { mask, only } = input;
    if (mask.active && !only) {
      const key = [model.generation, layout, ink];
      if (!same(key, this.#behindKey)) this.#behind.plain(model.all, layout, ink.muted, 0.4, true);
      this.#behindKey = key;
      this.#behind.draw(context, layout);
    }
    const { visible } = model;
    if (only) return;
    if (visible.matched <= FEW) {
      this.#paintLines(context, ink);
      return;
    }
    const key = [model.generation, mask, layout, ink];
    if (visible.unscored > 0) {
      if (!same(key, this.#bareKey)) this.#bare.plain(visible, layout, ink.muted, 0.6, false);
      this.#bareKey = key;
      this.#bare.draw(context, layout);
    }
    if (!same(key, this.#frontKey)) this.#front.ranks(visible, layout, ink);
    this.#frontKey = key;
    this.#front.draw(context, layout);
  }

  /** Worst first, so that the best lie on top. */
  #paintLines(context: CanvasRenderingContext2D, ink: Ink): void {
    const { visible, codes } = this.model;
    const rows: number[] = [];
    for (let row = 0; row < codes.n; row++) if (visible.has(row)) rows.push(row);
    const weights = codes.weights;
    rows.sort((a, b) => (weights[a] as number) - (weights[b] as number));
    for (const row of rows) {
      const weight = weights[row] as number;
      const colour = weight === 0 ? faint(ink.muted, 0.7) : css(ink.rank(rankOfGoodness(weight - ONE_TRIAL)), 0.85);
      this.lines?.draw(context, row, colour, 1.25);
    }
  }

  /** Axes, brushes, and the trials that stand out. */
  paintOver(context: CanvasRenderingContext2D, { selection, only }: SceneInput, ink: Ink): void {
    const { layout, model, lines } = this;
    if (!layout || !lines) return;
    const n = model.codes.n;
    const bestColour = ink.series[1] ?? ink.text;
    if (!only) for (const trial of [...model.best].reverse()) lines.draw(context, trial, faint(bestColour, 0.9), 1.25);
    const rim = faint(ink.surface, 0.9);
    only?.forEach((trial, k) => lines.draw(context, trial, ink.series[k % 6] ?? ink.text, 2, rim));
    if (!only) for (const trial of selection.picked.value) if (trial < n) lines.draw(context, trial, ink.series[3] ?? ink.text, 2, rim);
    const focused = selection.focused.value;
    if (focused !== null && focused < n) lines.draw(context, focused, ink.series[0] ?? ink.text, 2.5, rim);
    const hovered = selection.hovered.value;
    if (hovered !== null && hovered < n) lines.draw(context, hovered, ink.text, 2.5, rim);
    drawAxes(context, layout, model, selection.brushes.value, ink);
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
