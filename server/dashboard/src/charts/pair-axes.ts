// Axes of a chart over two parameters.

import type { Parameter } from "../api/types";
import type { PlotAxis } from "./frame";
import { parameterScale } from "./scale";

export function pairAxis(parameter: Parameter): PlotAxis {
  return { ...parameterScale(parameter), title: `${parameter.label}${parameter.scale === "log" ? " (log)" : ""}` };
}

/** An axis that ends where a grid over the parameter does. */
export function gridAxis(parameter: Parameter): PlotAxis {
  const axis = pairAxis(parameter);
  if (axis.kind === "category") return axis;
  return { ...axis, low: parameter.axis_low, high: parameter.axis_high };
}
