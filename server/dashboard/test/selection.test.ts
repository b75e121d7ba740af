import assert from "node:assert/strict";
import { test } from "node:test";
import type { WireArray } from "../src/api/columns";
import { filterOfSelection } from "../src/pages/trials/filter-of-selection";
import { NO_BRUSH, readBrush, writeBrush, type Brush } from "../src/state/brush";
import { ColumnSet } from "../src/state/columnset";
import { Selection } from "../src/state/selection";
import { parameter, random } from "./made";

const LR = parameter("lr", { scale: "log", axis_low: 1e-5, axis_high: 1 });
const BOOSTER = parameter("booster", { scale: "category", options: ["tree", "two words", "dart"], axis_high: 2 });
const N = 500;

interface Row {
  state: number;
  loss: number;
  lr: number;
  booster: number;
}

/** Rows and the same as columns; losses are few, so that there are ties. */
function study(seed: number): { rows: Row[]; columns: ColumnSet } {
  const next = random(seed);
  const rows = Array.from({ length: N }, (): Row => {
    const state = next() < 0.7 ? 2 : 3;
    return {
      state,
      loss: state === 2 ? Math.fround(Math.floor(next() * 40) / 8) : NaN,
      lr: next() < 0.2 ? NaN : Math.fround(10 ** (-5 * next())),
      booster: next() < 0.2 ? 255 : Math.floor(next() * 3),
    };
  });
  const columns = new ColumnSet("s1", [LR, BOOSTER]);
  const arrays: [string, WireArray][] = [
    ["state", Uint8Array.from(rows, ({ state }) => state)],
    ["loss", Float32Array.from(rows, ({ loss }) => loss)],
    ["p.lr", Float32Array.from(rows, ({ lr }) => lr)],
    ["p.booster", Uint8Array.from(rows, ({ booster }) => booster)],
  ];
  const metas = arrays.map(([name]) => ({ name, type: "u8" as const, offset: 0 }));
  const header = { id: "s1", rev: 1, total: N, rows: N, full: true, columns: metas };
  columns.apply({ header, columns: new Map(arrays) });
  return { rows, columns };
}

function matching(selection: Selection): number[] {
  return Array.from({ length: N }, (_, i) => i).filter((i) => selection.matches(i));
}

test("axes are all needed, and within an axis one part is enough", () => {
  const { rows, columns } = study(3);
  const selection = new Selection();
  selection.attach(columns);
  assert.equal(matching(selection).length, N);
  selection.brush("p.lr", { ...NO_BRUSH, ranges: [[1e-5, 1e-4], [0.1, 1]], notSet: true });
  selection.brush("p.booster", { ...NO_BRUSH, options: new Set([0, 2]) });
  selection.brush("loss", { ...NO_BRUSH, ranges: [[1, 3]] });
  const expected = rows.flatMap(({ loss, lr, booster }, i) => {
    const lrPasses = Number.isNaN(lr) || (lr >= 1e-5 && lr <= 1e-4) || (lr >= 0.1 && lr <= 1);
    return lrPasses && (booster === 0 || booster === 2) && loss >= 1 && loss <= 3 ? [i] : [];
  });
  assert.ok(expected.length > 10);
  assert.deepEqual(matching(selection), expected);
  assert.equal(selection.mask.value.matched, expected.length);
  selection.clear();
  assert.equal(matching(selection).length, N);
});

test("the best percent are the completed trials up to a loss, with its ties", () => {
  const { rows, columns } = study(5);
  const selection = new Selection();
  selection.attach(columns);
  selection.topPercent.value = 10;
  const losses = rows.filter(({ state }) => state === 2).map(({ loss }) => loss).sort((a, b) => a - b);
  const threshold = losses[Math.ceil(losses.length * 0.1) - 1]!;
  assert.deepEqual(matching(selection), rows.flatMap(({ loss }, i) => (loss <= threshold ? [i] : [])));
});

test("what is selected survives the URL", () => {
  const selection = new Selection();
  selection.brush("p.a:b,c=d", { ranges: [[-1.5e-7, 3]], options: new Set(), notSet: true });
  selection.brush("state", { ranges: [], options: new Set([3, 4]), notSet: false });
  selection.brush("loss", { ...NO_BRUSH, ranges: [[-Infinity, 0.25]] });
  selection.topPercent.value = 25;
  selection.click(17);
  selection.click(4, true);
  selection.click(9, true);
  const query = new URLSearchParams({ other: "stays" });
  selection.write(query);
  const read = new Selection();
  read.read(new URLSearchParams(query.toString()));
  assert.deepEqual(read.brushes.value, selection.brushes.value);
  assert.equal(read.topPercent.value, 25);
  assert.equal(read.focused.value, 17);
  assert.deepEqual([...read.picked.value], [4, 9]);
  assert.equal(query.get("other"), "stays");
});

test("a brush that makes no sense is left out", () => {
  assert.deepEqual(readBrush("x..y,3..1,@2"), { ranges: [], options: new Set([2]), notSet: false });
  const brush: Brush = { ranges: [[0.1, 0.2]], options: new Set([1]), notSet: true };
  assert.deepEqual(readBrush(writeBrush(brush)), brush);
});

test("the selection in the words of the table's filter", () => {
  const brushes = new Map<string, Brush>([
    ["p.lr", { ...NO_BRUSH, ranges: [[0.1, 0.2], [0.5, Infinity]] }],
    ["p.booster", { ...NO_BRUSH, options: new Set([0, 1]) }],
    ["state", { ...NO_BRUSH, options: new Set([2, 3]) }],
    ["p.momentum", { ...NO_BRUSH, notSet: true }],
    ["p.decay", { ...NO_BRUSH, ranges: [[0, 1]], notSet: true }],
  ]);
  const { words, untold } = filterOfSelection(brushes, 5, [LR, BOOSTER]);
  assert.deepEqual(words, [
    "p.lr:0.1..0.2,0.5..",
    'p.booster:tree,"two words"',
    "state:completed,failed",
    "not:p.momentum",
    "loss:top5%",
  ]);
  assert.deepEqual(untold, ["decay 0 to 1 or not set"]);
});
