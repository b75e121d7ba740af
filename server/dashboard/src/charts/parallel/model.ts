// The trials that a chart of parallel coordinates shows: binned, counted, and kept in step with the study and the selection.

import { Codes, type Rows } from "../../raster/codes";
import { PairCounts } from "../../raster/pairs";
import { isScored } from "../../raster/ranks";
import type { Mask } from "../../state/mask";
import { VALUE_BINS, type Axis } from "../../raster/axis";
import { axesOf, lossDomain, orderOf, type LossDomain } from "./axes";
import type { ParallelView } from "../props";
import type { Parameter } from "../../api/types";

export class ParallelModel {
  axes: readonly Axis[] = [];
  order: readonly number[] = [];
  domain: LossDomain | null = null;
  codes: Codes;
  /** All trials, and those that pass the selection. */
  all: PairCounts;
  shown: PairCounts;
  /** Rises when `all` has changed. */
  generation = 0;
  /** Trials that pass, best first, at most as many as were asked for. */
  best: readonly number[] = [];
  /** Trials in the lane of each axis of `axes`. */
  missing: Uint32Array = new Uint32Array(0);
  #view: ParallelView | null = null;
  #rev = -1;
  #mask: Mask | null = null;
  #keptBest = -1;

  constructor(readonly parameters: readonly Parameter[]) {
    this.codes = new Codes([], []);
    this.all = this.shown = new PairCounts(this.codes, []);
  }

  /** What is to be drawn: `shown` where something filters. */
  get visible(): PairCounts {
    return this.#mask?.active ? this.shown : this.all;
  }

  /** Brings everything up to date; `version` tells whether the rows changed. Cheap when nothing did. */
  update(rows: Rows, version: number, view: ParallelView, mask: Mask, best: number): void {
    const sameRows = version === this.#rev;
    const domain = sameRows && this.domain ? this.domain : lossDomain(rows, this.domain);
    const remade = this.#remakeAxes(view, domain);
    this.#reorder(view, remade);
    if (!sameRows || remade) this.#takeRows(rows, remade);
    if (mask.active && (mask !== this.#mask || !sameRows || remade)) this.shown.show(mask.bytes);
    if (mask !== this.#mask || !sameRows || best !== this.#keptBest) this.best = bestOf(rows, mask, best);
    this.#rev = version;
    this.#mask = mask;
    this.#keptBest = best;
    this.#view = view;
  }

  #remakeAxes(view: ParallelView, domain: LossDomain): boolean {
    if (this.#view && view.scales === this.#view.scales && domain === this.domain) return false;
    const { axes, sources } = axesOf(this.parameters, domain, view);
    this.axes = axes;
    this.domain = domain;
    this.codes = new Codes(axes, sources);
    return true;
  }

  #reorder(view: ParallelView, remade: boolean): void {
    const order = orderOf(this.axes, view);
    if (!remade && order.join() === this.order.join()) return;
    this.order = order;
    this.all = new PairCounts(this.codes, order);
    this.shown = new PairCounts(this.codes, order);
    this.#mask = null;
    if (!remade) this.all.recount(null);
    this.generation++;
  }

  #takeRows(rows: Rows, remade: boolean): void {
    const changed = { rows: 0 };
    const rebuilt = this.codes.sync(rows, {
      leaving: (row) => {
        this.all.remove(row);
        this.shown.remove(row);
      },
      entered: (row) => {
        changed.rows++;
        this.all.add(row);
      },
    });
    if (rebuilt) {
      this.all.recount(null);
      this.shown.recount(new Uint8Array(this.codes.n));
    }
    if (rebuilt || remade || changed.rows > 0) {
      this.generation++;
      this.missing = this.#countMissing();
    }
  }

  #countMissing(): Uint32Array {
    return Uint32Array.from(this.codes.bins, (bins) => {
      let n = 0;
      for (let row = 0; row < this.codes.n; row++) if ((bins[row] as number) >= VALUE_BINS) n++;
      return n;
    });
  }
}

/** The best `most` of the trials that pass, by insertion into a short list: no sorting of all. */
export function bestOf(rows: Rows, mask: Mask, most: number): number[] {
  const best: number[] = [];
  if (most <= 0) return best;
  let worst = Infinity;
  for (let row = 0; row < rows.n; row++) {
    const loss = rows.loss[row] as number;
    if (!(loss < worst) || (mask.active && mask.bytes[row] !== 1) || !isScored(rows, row)) continue;
    let at = best.length;
    while (at > 0 && (rows.loss[best[at - 1] as number] as number) > loss) at--;
    best.splice(at, 0, row);
    if (best.length > most) best.pop();
    if (best.length === most) worst = rows.loss[best[most - 1] as number] as number;
  }
  return best;
}
