// The filters in words, each with a way to take it away; and what is picked to be compared.

import type { Parameter } from "../api/types";
import { TRIAL_STATES } from "../api/types";
import { count, number } from "../format/number";
import type { Brush } from "../state/brush";
import { studyUrl } from "../state/route";
import type { StudyStore } from "../state/study-store";

export function SelectionChips({ store }: { store: StudyStore }) {
  const { selection } = store;
  const picked = selection.picked.value;
  if (!selection.active.value && picked.size === 0) return null;
  const mask = selection.mask.value;
  const parameters = store.detail.value?.parameters ?? [];
  return (
    <div class="chips" role="group" aria-label="Selection">
      {selection.active.value && (
        <span>
          {count(mask.matched)} of {count(mask.bytes.length)} trials
        </span>
      )}
      {selection.topPercent.value < 100 && (
        <Chip text={`best ${selection.topPercent.value} %`} onRemove={() => (selection.topPercent.value = 100)} />
      )}
      {[...selection.brushes.value].map(([axis, brush]) => (
        <Chip key={axis} text={inWords(axis, brush, parameters)} onRemove={() => selection.brush(axis, null)} />
      ))}
      {picked.size > 0 && (
        <>
          <span>
            {count(picked.size)} picked: {[...picked].slice(0, 6).join(", ")}
            {picked.size > 6 && "…"}
          </span>
          <a href={`${studyUrl(store.project, store.name, "compare")}?t=${[...picked].join(",")}`}>Compare</a>
        </>
      )}
      <button type="button" class="plain" onClick={() => selection.clear()}>
        Clear <kbd>Esc</kbd>
      </button>
    </div>
  );
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <span class="chip">
      {text}
      <button type="button" aria-label={`Remove filter ${text}`} onClick={onRemove}>
        ×
      </button>
    </span>
  );
}

/** `lr 0.001 to 0.1`, `booster is gbtree or dart`, `momentum not set`. */
export function inWords(axis: string, brush: Brush, parameters: readonly Parameter[]): string {
  const label = axis.replace(/^[pm]\./, "");
  const options =
    axis === "state" ? TRIAL_STATES : (parameters.find((parameter) => `p.${parameter.label}` === axis)?.options ?? []);
  const parts = brush.ranges.map(([low, high]) => rangeInWords(low, high));
  const names = [...brush.options].map((option) => options[option] ?? String(option));
  if (names.length > 0) parts.push(`is ${names.join(" or ")}`);
  if (brush.notSet) parts.push("not set");
  return `${label} ${parts.join(" or ")}`;
}

function rangeInWords(low: number, high: number): string {
  if (low === -Infinity) return `up to ${number(high)}`;
  if (high === Infinity) return `from ${number(low)}`;
  return low === high ? number(low) : `${short(low)} to ${short(high)}`;
}

/** Ends of a brush are where a pointer was: three digits say enough. */
function short(value: number): string {
  return number(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
}
