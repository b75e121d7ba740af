// What a history shows now: the trials by x, those in view, and the axes; worked out again only when something changed.

import type { ReadonlySignal } from "@preact/signals";
import { sortedLosses } from "../../raster/ranks";
import type { ColumnSet } from "../../state/columnset";
import { count } from "../../format/number";
import type { PlotAxis } from "../frame";
import { lossRoom, type LossRoom } from "../loss-scale";
import type { HistoryView } from "../props";
import { firstAt, medians, seriesOf, type HistorySeries } from "./series";

const MOST_MEDIANS = 80;

interface InView {
  series: HistorySeries;
  from: number;
  to: number;
  medians: readonly { x: number; loss: number }[];
}

export class HeldHistory {
  #key: unknown[] = [];
  #series: HistorySeries | null = null;
  #medians: InView["medians"] = [];
  #least = NaN;
  #roomKey: unknown[] = [];
  #room: LossRoom | null = null;

  constructor(
    readonly columns: ColumnSet,
    readonly view: ReadonlySignal<HistoryView>,
  ) {}

  get series(): HistorySeries {
    const { columns } = this;
    const ended = this.view.value.x === "ended" ? (columns.ended ?? null) : null;
    const key = [columns.version.value, ended !== null];
    if (this.#series === null || key.some((part, index) => part !== this.#key[index])) {
      this.#key = key;
      this.#series = seriesOf(columns, ended);
      this.#medians = medians(this.#series, columns.loss, MOST_MEDIANS);
      this.#least = sortedLosses(columns)[0] ?? NaN;
    }
    return this.#series;
  }

  /** A log scale needs losses above zero. */
  get canLog(): boolean {
    return this.series !== null && this.#least > 0;
  }

  get isLog(): boolean {
    return this.view.value.log && this.canLog;
  }

  inView(): InView {
    const { series } = this;
    const { zoom } = this.view.value;
    const from = zoom ? firstAt(series, zoom[0]) : 0;
    const to = zoom ? firstAt(series, zoom[1]) : series.trials.length;
    return { series, from, to, medians: this.#medians };
  }

  axes(): { x: PlotAxis; y: PlotAxis } {
    const { series, from, to } = this.inView();
    const { zoom } = this.view.value;
    const byTime = this.view.value.x === "ended" && this.columns.ended !== undefined;
    const [low, high] = zoom ?? [series.firstX, series.lastX];
    const margin = zoom ? 0 : (high - low) * 0.01 || 1;
    const x: PlotAxis = {
      kind: byTime ? "time" : "linear",
      low: low - margin,
      high: high + margin,
      integer: true,
      title: byTime ? "ended at" : "trial number",
    };
    const room = this.#roomOf(series, from, to);
    const above = room.above > 0 ? ` – ${count(room.above)} above the top stand at it` : "";
    return { x, y: { ...room, title: `loss${this.isLog ? " (log)" : ""}, lower is better${above}` } };
  }

  #roomOf(series: HistorySeries, from: number, to: number): LossRoom {
    const key = [series, from, to, this.isLog];
    if (this.#room && key.every((part, index) => part === this.#roomKey[index])) return this.#room;
    this.#roomKey = key;
    const losses = Float32Array.from(series.trials.subarray(from, to), (trial) => this.columns.loss[trial] as number);
    this.#room = withStrip(lossRoom(losses, this.isLog));
    return this.#room;
  }
}

/** Room below the losses for the signs of trials that have none. */
const STRIP = 0.09;

function withStrip(room: LossRoom): LossRoom {
  if (room.kind === "log") return { ...room, low: room.low * (room.low / room.high) ** STRIP };
  return { ...room, low: room.low - (room.high - room.low) * STRIP };
}
