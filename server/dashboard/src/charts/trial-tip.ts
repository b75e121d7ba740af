// All that the columns know of one trial.

import { TRIAL_STATES, type Parameter } from "../api/types";
import { count, number } from "../format/number";
import type { ColumnSet } from "../state/columnset";
import type { TipContent } from "./tip";

export function trialTip(columns: ColumnSet, trial: number): TipContent {
  const loss = columns.loss[trial];
  return {
    title: `Trial ${count(trial)}`,
    rows: [
      ["state", TRIAL_STATES[columns.state[trial] ?? 0] ?? ""],
      ["loss", loss === undefined || Number.isNaN(loss) ? "none" : lossText(loss)],
      ...columns.parameters.map((parameter, index): [string, string] => [
        parameter.label,
        valueText(parameter, columns.valueAt(index, trial), columns.isCoarse),
      ]),
    ],
  };
}

/** A loss came as a 32 bit number: no more than seven digits of it mean anything. */
export function lossText(loss: number): string {
  return number(Number(loss.toPrecision(6)));
}

/** An option's name or a number, with as many digits as the column has. */
export function valueText(parameter: Parameter, value: number, coarse = false): string {
  if (Number.isNaN(value)) return "not set";
  if (parameter.scale === "category") return parameter.options[value] ?? String(value);
  if (parameter.integer) return number(Math.round(value));
  return `${coarse ? "≈ " : ""}${number(Number(value.toPrecision(coarse ? 3 : 6)))}`;
}
