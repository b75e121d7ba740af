// The signs of a timeline's bars, and how many there are of each.

import type { JSX } from "preact";
import { TRIAL_STATES, type TrialState } from "../../api/types";
import { count, counted } from "../../format/number";
import { Key } from "../figure";
import { ink, type Ink } from "../ink";
import { colourOf } from "./painting";

export interface TimelineLegendProps {
  /** How many attempts there are, by the code of the state. */
  counts: readonly number[];
  workers: number;
  /** Whether the lanes have no room side by side. */
  scrolls: boolean;
}

export function TimelineLegend({ counts, workers, scrolls }: TimelineLegendProps) {
  const colours = ink().value;
  return (
    <>
      {TRIAL_STATES.map((state, code) => {
        const n = counts[code] ?? 0;
        return n > 0 && <Key mark={markOf(state, colours)}>{`${state} ${count(n)}`}</Key>;
      })}
      {scrolls && <span>scroll for all {counted(workers, "worker")}</span>}
      <span class="timeline-hint">drag to zoom</span>
    </>
  );
}

function markOf(state: TrialState, ink: Ink): JSX.Element {
  const colour = colourOf(ink, state);
  if (state === "pruned") return <rect y="6" width="18" height="4" fill={colour} />;
  if (state === "cancelled") return <rect y="5" width="18" height="2" fill={colour} />;
  if (state === "running") return <path d="M18 2.5H1v7h17" fill={colour} fill-opacity="0.2" stroke={colour} stroke-width="1.5" />;
  if (state !== "failed") return <rect y="2" width="18" height="8" fill={colour} />;
  return (
    <>
      <rect width="18" height="12" fill={colour} />
      <path d="m6 3 6 6m0-6-6 6" stroke={ink.surface} stroke-width="1.75" />
    </>
  );
}
