// The filters in words, each with a way to take it away; and what is picked to be compared.

import { inWords } from "../format/brush";
import { count } from "../format/number";
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
