// The charts' filters in the words of the table's language.

import { TRIAL_STATES, type Parameter } from "../../api/types";
import { inWords } from "../../format/brush";
import type { Brush, Range } from "../../state/brush";

export interface SelectionFilter {
  words: string[];
  /** What the language has no words for: values, or not set. */
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
  const hasValues = brush.ranges.length > 0 || brush.options.size > 0;
  if (brush.notSet) return hasValues ? null : `not:${quoted(axis)}`;
  if (brush.ranges.length > 0) return `${quoted(axis)}:${brush.ranges.map(rangeWord).join(",")}`;
  const options =
    axis === "state" ? TRIAL_STATES : (parameters.find(({ label }) => `p.${label}` === axis)?.options ?? []);
  return `${quoted(axis)}:${[...brush.options].map((option) => quoted(options[option] ?? "")).join(",")}`;
}

function rangeWord([low, high]: Range): string {
  return `${low === -Infinity ? "" : low}..${high === Infinity ? "" : high}`;
}

function quoted(text: string): string {
  return /[\s:=<>,"]/.test(text) || text === "" ? `"${text.replaceAll('"', '\\"')}"` : text;
}
