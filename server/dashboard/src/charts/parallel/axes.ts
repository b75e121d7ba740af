// The axes of parallel coordinates, made of a study's parameters and of how somebody wants to see them.

import type { Parameter } from "../../api/types";
import { bandOf, type Axis } from "../../raster/axis";
import type { Source } from "../../raster/codes";
import { isScored, sortedLosses, type Scored } from "../../raster/ranks";
import type { ParallelView } from "../props";

/** The ends of the axis of losses. */
export interface LossDomain {
  low: number;
  high: number;
  /** Losses above the high end stand at it. */
  capped: boolean;
  /** All are above zero. */
  positive: boolean;
  /** They span so much that a log scale shows more. */
  wide: boolean;
}

export const NO_LOSSES: LossDomain = { low: 0, high: 1, capped: false, positive: false, wide: false };

/** Beyond so many times the spread of most losses, the worst would press all others into one line. */
const FAR = 4;

/** Ends of the losses, with room for better ones to come. They stay what they were while all losses are within. */
export function lossDomain(rows: Scored, before: LossDomain | null): LossDomain {
  const [least, most] = endsOf(rows);
  if (least > most) return NO_LOSSES;
  if (before && before !== NO_LOSSES && least >= before.low && (before.capped || most <= before.high)) return before;
  const sorted = sortedLosses(rows);
  const usual = sorted[Math.floor((sorted.length - 1) * 0.95)] as number;
  const capped = most - least > FAR * (usual - least) && usual > least;
  const end = capped ? usual + (usual - least) * 0.2 : most;
  const room = (end - least) * 0.03 || Math.abs(least) * 0.05 || 0.5;
  const low = least > 0 ? Math.max(least - room, least / 1.2) : least - room;
  return { low, high: end + room, capped, positive: least > 0, wide: least > 0 && most / least > 1000 };
}

function endsOf(rows: Scored): [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (let row = 0; row < rows.n; row++) {
    if (!isScored(rows, row)) continue;
    const loss = rows.loss[row] as number;
    if (loss < least) least = loss;
    if (loss > most) most = loss;
  }
  return [least, most];
}

/** Whether an axis can have a log scale. */
export function canLog(axis: Axis): boolean {
  return axis.kind === "number" && axis.low > 0;
}

function isLog(view: ParallelView, name: string, own: boolean): boolean {
  const wanted = view.scales[name];
  return wanted === undefined ? own : wanted === "log";
}

export function parameterAxis(parameter: Parameter, view: ParallelView): Axis {
  const name = `p.${parameter.label}`;
  const { label, scale, integer, options } = parameter;
  const shared = { name, label, integer, options, parameter, missing: "not set" };
  if (scale === "category") {
    return { ...shared, kind: "category", log: false, band: 1, low: -0.5, high: options.length - 0.5 };
  }
  const step = parameter.step ?? (integer ? 1 : null);
  const band = bandOf(parameter.axis_low, parameter.axis_high, step);
  const margin = band === null ? 0 : band / 2;
  const low = parameter.axis_low - margin;
  const high = parameter.axis_high + margin;
  const log = low > 0 && isLog(view, name, scale === "log");
  return { ...shared, kind: "number", log, band, low, high };
}

export function lossAxis(domain: LossDomain, view: ParallelView): Axis {
  return {
    name: "loss",
    label: "loss",
    kind: "number",
    log: domain.positive && domain.low > 0 && isLog(view, "loss", domain.wide),
    integer: false,
    band: null,
    low: domain.low,
    high: domain.high,
    options: [],
    parameter: null,
    missing: "no loss",
  };
}

/** All axes in the order of the parameters, the loss last, and where their values are. */
export function axesOf(
  parameters: readonly Parameter[],
  domain: LossDomain,
  view: ParallelView,
): { axes: Axis[]; sources: Source[] } {
  return {
    axes: [...parameters.map((parameter) => parameterAxis(parameter, view)), lossAxis(domain, view)],
    sources: [...parameters.map((_, index) => index), "loss"],
  };
}

/** Positions in `axes` from left to right: as the view says, then what it does not name, the loss last. */
export function orderOf(axes: readonly Axis[], view: ParallelView): number[] {
  const named = view.order.map((name) => axes.findIndex((axis) => axis.name === name)).filter((index) => index >= 0);
  const rest = axes.map((_, index) => index).filter((index) => !named.includes(index));
  const lossIndex = axes.length - 1;
  if (named.includes(lossIndex)) {
    const at = named.indexOf(lossIndex);
    return at === named.length - 1 ? [...named.slice(0, -1), ...rest, lossIndex] : [...named, ...rest];
  }
  return [...named, ...rest];
}
