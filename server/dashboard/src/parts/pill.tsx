// The state of a study or a trial: a shape, a word and a colour that all say the same.

import type { StudyPulse, TrialState } from "../api/types";
import { Glyph, type GlyphName } from "./glyph";

type Tone = "good" | "busy" | "warn" | "bad" | "quiet";
type Look = [word: string, glyph: GlyphName, tone: Tone];

const TRIAL_LOOKS: Record<TrialState, Look> = {
  queued: ["queued", "ring", "quiet"],
  running: ["running", "half", "busy"],
  completed: ["completed", "disc", "good"],
  failed: ["failed", "cross", "bad"],
  pruned: ["pruned", "triangle", "warn"],
  cancelled: ["cancelled", "dash", "quiet"],
};

export function StudyPill({ study }: { study: Pick<StudyPulse, "state" | "closing" | "stalled"> }) {
  const [word, glyph, tone] = studyLook(study);
  return (
    <span class={`pill ${tone}`}>
      <Glyph name={glyph} />
      {word}
    </span>
  );
}

function studyLook({ state, closing, stalled }: Pick<StudyPulse, "state" | "closing" | "stalled">): Look {
  if (state === "active" && closing !== null) return ["stopping", "square", "warn"];
  if (state === "active" && stalled) return ["stalled", "alert", "warn"];
  switch (state) {
    case "active":
      return ["running", "half", "busy"];
    case "paused":
      return ["paused", "pause", "warn"];
    case "completed":
      return ["done", "check", "good"];
    case "stopped":
      return ["stopped", "square", "quiet"];
    case "failed":
      return ["failed", "cross", "bad"];
  }
}

/** A trial's state without a box, for tables. */
export function TrialStateMark({ state }: { state: TrialState }) {
  const [word, glyph, tone] = TRIAL_LOOKS[state];
  return (
    <span class="state">
      <Glyph name={glyph} class={`ink-${tone}`} />
      {word}
    </span>
  );
}

export function TrialPill({ state }: { state: TrialState }) {
  const [word, glyph, tone] = TRIAL_LOOKS[state];
  return (
    <span class={`pill ${tone}`}>
      <Glyph name={glyph} />
      {word}
    </span>
  );
}
