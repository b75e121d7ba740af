// Where each attempt lies: a lane a worker, and as many tracks in it as ran at once.

import type { TimelineAnswer } from "../../api/aggregates";

/** The code of `running`. */
const RUNNING = 1;

/** One attempt at a trial. */
export interface Bar {
  trial: number;
  attempt: number;
  /** The code of the state. */
  state: number;
  /** Milliseconds since 1970. */
  start: number;
  /** That of a running one is where it was when the server answered; see `endOf`. */
  end: number;
  worker: string;
  /** Counted from the top, over all lanes. */
  track: number;
}

export interface Lane {
  worker: string;
  /** The tracks from `from` on, `tracks` of them. */
  from: number;
  tracks: number;
  /** In the order in which they began. */
  bars: readonly Bar[];
}

export interface Lanes {
  lanes: readonly Lane[];
  tracks: number;
  /** Of all lanes, each at its track's place, in the order in which they began. */
  byTrack: readonly (readonly Bar[])[];
  /** When the first one began, and when the last one ended. */
  ends: readonly [start: number, end: number];
  running: number;
}

/** Workers are ordered as people count: `w2` before `w10`. */
export function lanesOf(answer: TimelineAnswer): Lanes {
  const workers = [...answer.lanes].sort((a, b) => a.worker.localeCompare(b.worker, "en", { numeric: true }));
  const byTrack: Bar[][] = [];
  const lanes: Lane[] = [];
  let [start, end, running] = [Infinity, -Infinity, 0];
  for (const { worker, spans } of workers) {
    const from = byTrack.length;
    const bars: Bar[] = [];
    for (const [trial, attempt, state, began, ended] of [...spans].sort((a, b) => a[3] - b[3] || a[0] - b[0])) {
      const until = state === RUNNING ? Infinity : ended;
      const track = freeTrack(byTrack, from, began);
      const bar = { trial, attempt, state, start: began, end: Math.max(began, ended), worker, track };
      (byTrack[track] ??= []).push(bar);
      bars.push(bar);
      start = Math.min(start, began);
      if (until === Infinity) running++;
      else end = Math.max(end, until);
    }
    if (bars.length > 0) lanes.push({ worker, from, tracks: byTrack.length - from, bars });
  }
  return { lanes, tracks: byTrack.length, byTrack, ends: [start, Math.max(start, end)], running };
}

/** The first track of a lane in which nothing runs any more; a new one if there is none. */
function freeTrack(byTrack: readonly (readonly Bar[])[], from: number, began: number): number {
  let track = from;
  for (; track < byTrack.length; track++) {
    const last = byTrack[track]?.at(-1);
    if (!last || (last.state !== RUNNING && last.end <= began)) break;
  }
  return track;
}

/** Where a bar ends by now. */
export function endOf(bar: Bar, now: number): number {
  return bar.state === RUNNING ? Math.max(bar.end, now) : bar.end;
}

/** The milliseconds in which at least one attempt ran, and those that all ran together. */
export function busyOf(bars: readonly Bar[], now: number): { busy: number; work: number } {
  let [busy, work, reached] = [0, 0, -Infinity];
  for (const bar of bars) {
    const end = endOf(bar, now);
    work += end - bar.start;
    busy += Math.max(0, end - Math.max(bar.start, reached));
    reached = Math.max(reached, end);
  }
  return { busy, work };
}

/** The bar of a track that is nearest to a moment, if it is no further than `reach` milliseconds from it. */
export function nearestBar(bars: readonly Bar[], at: number, reach: number, now: number): Bar | null {
  let found: Bar | null = null;
  let least = reach;
  for (const bar of bars) {
    const away = Math.max(0, bar.start - at, at - endOf(bar, now));
    if (away > least || (found && away === least)) continue;
    found = bar;
    least = away;
  }
  return found;
}

/** Where an arrow key goes from a bar: along its lane, or to what ran at its beginning in the lane above or below. */
export function steppedBar({ lanes }: Lanes, from: Bar | null, key: string, now: number): Bar | null | undefined {
  if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(key)) return undefined;
  const at = lanes.findIndex(({ worker }) => worker === from?.worker);
  const lane = lanes[at];
  if (!lane || !from) return lanes[0]?.bars.at(key === "End" ? -1 : 0) ?? null;
  const { bars } = lane;
  if (key === "Home") return bars[0] ?? null;
  if (key === "End") return bars.at(-1) ?? null;
  if (key === "ArrowUp" || key === "ArrowDown") {
    const other = lanes[at + (key === "ArrowUp" ? -1 : 1)];
    return other ? nearestBar(other.bars, from.start, Infinity, now) : from;
  }
  const index = bars.findIndex((bar) => bar.trial === from.trial && bar.attempt === from.attempt);
  return bars[index + (key === "ArrowRight" ? 1 : -1)] ?? from;
}
