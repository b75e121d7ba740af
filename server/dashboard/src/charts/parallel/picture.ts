// The density of trials between axes as a small picture, which is then stretched over the drawing.

import type { Gap, PairCounts } from "../../raster/pairs";
import { ONE_TRIAL } from "../../raster/ranks";
import { EIGHTHS, ROWS, rowsOfBins, smear } from "../../raster/smear";
import { mostOf, toneCounts, toneRanks } from "../../raster/tone";
import { rgbOf, type Ink } from "../ink";
import { pixel } from "../ramp";
import type { Layout } from "./layout";

/** One column of the picture is so many CSS pixels wide. */
const COLUMN = 2;

/** Pictures of one kind, whose memory is used again for each. */
export class Picture {
  #columns = 0;
  #sums = new Float64Array(0);
  #pixels = new Uint32Array(0);
  #image: ImageData | null = null;
  #canvas: OffscreenCanvas | null = null;

  /** Draws trials with a loss in the colours of their ranks. */
  ranks(counts: PairCounts, layout: Layout, ink: Ink): void {
    this.#sum(counts, layout, (gap) => gap.scored);
    toneRanks(this.#sums, mostOf(this.#sums), (rank) => pixel(ink.rank(rank)), this.#pixels);
    this.#show();
  }

  /** Draws trials without a loss, or all, in one colour. */
  plain(counts: PairCounts, layout: Layout, colour: string, strength: number, all: boolean): void {
    this.#sum(counts, layout, all ? allOf : (gap) => gap.unscored);
    const most = this.#sums.reduce((a, b) => Math.max(a, b), 0) / EIGHTHS;
    toneCounts(this.#sums, EIGHTHS, most, pixel(rgbOf(colour)), strength, this.#pixels);
    this.#show();
  }

  /** Puts it where the layout has it. Its rows and columns are turned, as sums are made column by column. */
  draw(context: CanvasRenderingContext2D, layout: Layout): void {
    if (!this.#canvas) return;
    const gaps = layout.placed.length - 1;
    context.save();
    context.imageSmoothingEnabled = true;
    for (let g = 0; g < gaps; g++) {
      const { x } = layout.placed[g] as { x: number };
      context.save();
      context.transform(0, layout.row, layout.gap / this.#columns, 0, x, layout.top);
      context.drawImage(this.#canvas, 0, g * this.#columns, ROWS, this.#columns, 0, 0, ROWS, this.#columns);
      context.restore();
    }
    context.restore();
  }

  #sum(counts: PairCounts, layout: Layout, cellsOf: (gap: Gap) => Float64Array | Uint32Array): void {
    const columns = Math.max(8, Math.round(layout.gap / COLUMN));
    const length = columns * ROWS * counts.gaps.length;
    if (length !== this.#sums.length) {
      this.#sums = new Float64Array(length);
      const bytes = new Uint8ClampedArray(length * 4);
      this.#pixels = new Uint32Array(bytes.buffer);
      this.#image = length > 0 ? new ImageData(bytes, ROWS) : null;
      this.#canvas = length > 0 ? new OffscreenCanvas(ROWS, length / ROWS) : null;
    }
    this.#columns = columns;
    this.#sums.fill(0);
    counts.gaps.forEach((gap, g) => {
      const [left, right] = [layout.placed[g], layout.placed[g + 1]];
      if (!left || !right) return;
      const part = this.#sums.subarray(g * columns * ROWS, (g + 1) * columns * ROWS);
      smear(cellsOf(gap), rowsOfBins(left.flipped), rowsOfBins(right.flipped), part, columns);
    });
  }

  #show(): void {
    if (this.#image) this.#canvas?.getContext("2d")?.putImageData(this.#image, 0, 0);
  }
}

/** How many trials, with a loss or without. */
function allOf(gap: Gap): Float64Array {
  return gap.scored.map((weight, cell) => Math.floor(weight / ONE_TRIAL) + (gap.unscored[cell] as number));
}
