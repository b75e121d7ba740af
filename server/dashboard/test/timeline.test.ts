import assert from "node:assert/strict";
import { test } from "node:test";
import type { TimelineAnswer } from "../src/api/aggregates";
import { busyOf, endOf, lanesOf, nearestBar, steppedBar, type Bar } from "../src/charts/timeline/lanes";
import { barAt, momentAt, shortened, trackHeight, viewOf } from "../src/charts/timeline/view";
import { random } from "./made";

const [RUNNING, COMPLETED, FAILED] = [1, 2, 3];
type Spans = TimelineAnswer["lanes"][number]["spans"];

function answer(lanes: Record<string, Spans>): TimelineAnswer {
  const spans = Object.values(lanes).flat();
  return {
    rev: 1, n_used: spans.length, n_total: spans.length, method: "", computed_ms: 0, from: 0, to: 1000, truncated: false,
    lanes: Object.entries(lanes).map(([worker, spans]) => ({ worker, spans })),
  };
}

test("attempts of a worker that ran at once lie in tracks of their own, and no two of a track overlap", () => {
  const next = random(3);
  const spans: Spans = Array.from({ length: 300 }, (_, trial) => {
    const start = Math.floor(next() * 5000);
    return [trial, 1, COMPLETED, start, start + 1 + Math.floor(next() * 80)];
  });
  const { lanes, tracks, byTrack } = lanesOf(answer({ w: spans }));
  assert.deepEqual(lanes.map(({ from, tracks }) => [from, tracks]), [[0, tracks]]);
  for (const bars of byTrack) {
    for (let k = 1; k < bars.length; k++) assert.ok((bars[k] as Bar).start >= (bars[k - 1] as Bar).end);
  }
  assert.equal(byTrack.flat().length, 300);
  // No more tracks than ever ran at once.
  const most = Math.max(...spans.map(([, , , at]) => spans.filter(([, , , start, end]) => start <= at && end > at).length));
  assert.equal(tracks, most);
});

test("lanes are ordered as people count, and what runs keeps its track", () => {
  const found = lanesOf(answer({
    w10: [[1, 1, RUNNING, 10, 20], [5, 1, COMPLETED, 50, 60]],
    w2: [[0, 1, FAILED, 5, 30]],
    idle: [],
  }));
  assert.deepEqual(found.lanes.map(({ worker, from, tracks }) => [worker, from, tracks]), [["w2", 0, 1], ["w10", 1, 2]]);
  assert.deepEqual([found.ends, found.running, found.tracks], [[5, 60], 1, 3]);
  const running = found.lanes[1]?.bars[0] as Bar;
  assert.deepEqual([endOf(running, 15), endOf(running, 100), endOf(found.lanes[0]?.bars[0] as Bar, 100)], [20, 100, 30]);
});

test("time that is spent on two attempts is busy once, and work twice", () => {
  const { lanes } = lanesOf(answer({ w: [[0, 1, COMPLETED, 0, 100], [1, 1, COMPLETED, 50, 120], [2, 1, RUNNING, 200, 210]] }));
  assert.deepEqual(busyOf(lanes[0]?.bars ?? [], 250), { busy: 170, work: 220 });
});

test("arrow keys go along a lane, and to what ran at the same time in the next one", () => {
  const lanes = lanesOf(answer({
    a: [[0, 1, COMPLETED, 0, 10], [1, 1, COMPLETED, 20, 30], [2, 1, COMPLETED, 40, 50]],
    b: [[3, 1, COMPLETED, 5, 18], [4, 1, COMPLETED, 39, 60]],
  }));
  const go = (from: number | null, key: string): number | null | undefined => {
    const bar = lanes.lanes.flatMap(({ bars }) => bars).find(({ trial }) => trial === from) ?? null;
    const to = steppedBar(lanes, bar, key, 100);
    return to && to.trial;
  };
  assert.deepEqual([go(null, "ArrowRight"), go(null, "End"), go(0, "ArrowRight"), go(0, "ArrowLeft"), go(2, "ArrowRight")], [0, 2, 1, 0, 2]);
  assert.deepEqual([go(1, "ArrowDown"), go(2, "ArrowDown"), go(4, "ArrowUp"), go(4, "ArrowDown")], [3, 4, 2, 4]);
  assert.deepEqual([go(1, "Home"), go(1, "End"), go(1, "Tab")], [0, 2, undefined]);
});

test("a bar is found where it lies, also if it is thinner than a pixel", () => {
  const lanes = lanesOf(answer({ a: [[0, 1, COMPLETED, 0, 1]], b: [[1, 1, COMPLETED, 500, 501], [2, 1, COMPLETED, 999, 1000]] }));
  const view = viewOf({ size: { width: 624, height: 98, density: 1 }, track: 18, scrolled: 9, ends: [0, 1000], widest: 90 });
  assert.deepEqual([view.left, view.width, view.height], [100, 510, 60]);
  assert.ok(Math.abs(momentAt(view, view.x(250)) - 250) < 1e-9);
  const trialAt = (x: number, y: number): number | undefined => barAt(view, lanes, x, y, 1000)?.trial;
  assert.deepEqual([trialAt(view.x(0), 4), trialAt(view.x(500), 4), trialAt(view.x(500), 12)], [0, undefined, 1]);
  assert.deepEqual([trialAt(view.x(510), 12), trialAt(view.x(520), 12), trialAt(view.x(999), 70)], [1, undefined, undefined]);
  assert.equal(nearestBar(lanes.byTrack[1] ?? [], 760, Infinity, 1000)?.trial, 2);
});

test("tracks shrink to be seen together, but not below what a name needs", () => {
  const one = lanesOf(answer(Object.fromEntries(Array.from({ length: 40 }, (_, w) => [`w${w}`, [[w, 1, COMPLETED, 0, 1]] as Spans]))));
  assert.deepEqual([trackHeight(one, 2000), trackHeight(one, 300)], [18, 16]);
  const wide = lanesOf(answer({ w: Array.from({ length: 40 }, (_, trial) => [trial, 1, COMPLETED, 0, 9]) as Spans }));
  assert.deepEqual([wide.tracks, trackHeight(wide, 300), trackHeight(wide, 480)], [40, 8, 12]);
});

test("long names are cut in their middle", () => {
  const width = (text: string): number => text.length;
  assert.equal(shortened("gpu-a-0", 7, width), "gpu-a-0");
  assert.equal(shortened("ip-10-0-3-17.internal/worker-12", 11, width), "ip-10…er-12");
});
