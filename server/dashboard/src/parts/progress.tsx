// How far a study is: ended trials of those that may be, by how they ended.

import type { Counts } from "../api/types";
import { count } from "../format/number";

export function ended(counts: Counts): number {
  return counts.completed + counts.failed + counts.pruned + counts.cancelled;
}

export function allTrials(counts: Counts): number {
  return ended(counts) + counts.queued + counts.running;
}

export function Progress({ counts, maxTrials }: { counts: Counts; maxTrials: number | null }) {
  const done = ended(counts);
  const whole = Math.max(maxTrials ?? allTrials(counts), 1);
  const words = maxTrials === null ? `${count(done)} ended` : `${count(done)} / ${count(maxTrials)}`;
  const share = (n: number): { width: string } => ({ width: `${(n / whole) * 100}%` });
  return (
    <div class="progress">
      <span>{words}</span>
      <span class="bar" aria-hidden="true">
        <i style={share(counts.completed)} />
        <i class="pruned" style={share(counts.pruned)} />
        <i class="failed" style={share(counts.failed + counts.cancelled)} />
        <i class="running" style={share(counts.running)} />
      </span>
    </div>
  );
}
