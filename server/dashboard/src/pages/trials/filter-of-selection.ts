// The charts' filters in the words of the table's language.

import { TRIAL_STATES, type Parameter } from "../../api/types";
import { inWords } from "../../parts/selection-chips";
import type { Brush } from "../../state/brush";

export interface SelectionFilter {
  words: string[];
  /** What the language has no words for: parts of an axis of which one is enough. */
  untold: string[];
}

export function filterOfSelection(
  brushes: ReadonlyMap<string, Brush>,
  topPercent: number,
  parameters: readonly Parameter[],
): SelectionFilter {
  const words: string[] = [];
  const untold: string[] = [];
  for (const [axis, brush] of brushes) {
    const word = wordOf(axis, brush, parameters);
    if (word === null) untold.push(inWords(axis, brush, parameters));
    else words.push(word);
  }
  if (topPercent < 100) words.push(`loss:top${topPercent}%`);
  return { words, untold };
}

function wordOf(axis: string, brush: Brush, parameters: readonly Parameter[]): string | null {
  const parts = brush.ranges.length + (brush.options.size > 0 ? 1 : 0) + (brush.notSet ? 1 : 0);
  if (parts !== 1) return null;
  const label = axis.replace(/^[pm]\./, "");
  if (brush.notSet) return `not:${label}`;
  const [range] = brush.ranges;
  if (range) return `${label}:${range[0]}..${range[1]}`;
  if (axis === "state") return `state:${[...brush.options].map((code) => TRIAL_STATES[code]).join(",")}`;
  const options = parameters.find((parameter) => parameter.label === label)?.options ?? [];
  const names = [...brush.options].map((option) => options[option] ?? "");
  return names.every((name) => /^[^\s,]+$/.test(name)) ? `${label}=${names.join(",")}` : null;
}
