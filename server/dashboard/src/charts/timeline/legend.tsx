// The signs of a timeline's bars, and how many there are of each.

import type { JSX } from "preact";
import { TRIAL_STATES, type TrialState } from "../../api/types";
import { count } from "../../format/number";
import { Key } from "../figure";
import { ink, type Ink } from "../ink";
import { colourOf } from "./painting";

/** `counts` by the code of the state. */
export function TimelineLegend({ counts }: { counts: readonly number[] }) {
  const colours = ink().value;
  return (
    <>
      {TRIAL_STATES.map((state, code) => {
        const n = counts[code] ?? 0;
        return n > 0 && <Key mark={markOf(state, colours)}>{`${state} ${count(n)}`}</Key>;
      })}
      <span class="timeline-hint">drag to zoom</span>
    </>
  );
}

function markOf(state: TrialState, ink: Ink): JSX.Element {
  const colour = colourOf(ink, state);
  if (state === "pruned") return <rect y="6" width="18" height="6" fill={colour} />;
  if (state === "cancelled") return <rect y="5" width="18" height="2" fill={colour} />;
  if (state === "running") return <path d="M18 1H1v10h17" fill={colour} fill-opacity="0.2" stroke={colour} stroke-width="1.5" />;
  if (state !== "failed") return <rect width="18" height="12" fill={colour} />;
  return (
    <>
      <rect width="18" height="12" fill={colour} />
      <path d="m6 3 6 6m0-6-6 6" stroke={ink.surface} stroke-width="1.75" />
    </>
  );
}
