import assert from "node:assert/strict";
import { test } from "node:test";
import { seriesOf, medians, firstAt } from "../src/charts/history/series";
import { lossDomain, orderOf, parameterAxis } from "../src/charts/parallel/axes";
import { movedByKey, optionsWithin, rangeOf, spanOf, withRange } from "../src/charts/parallel/brushing";
import { layoutOf, placeAtY, yOf } from "../src/charts/parallel/layout";
import { bestOf, ParallelModel } from "../src/charts/parallel/model";
import { trialNear } from "../src/charts/parallel/nearest";
import { binOf, placeOf, positionOf, spreadOf, VALUE_BINS, valueAt, type Axis } from "../src/raster/axis";
import { readerOf } from "../src/raster/reader";
import { AXES, MadeRows, parameter, PARAMETERS } from "./made";

const NOTHING = { bytes: new Uint8Array(0), matched: 0, active: false };
const VIEW = { order: [], flipped: [], scales: {} };
const axisOf = (label: string): Axis => AXES.find((one) => one.label === label) as Axis;

test("values and their places are each other's inverse, and what is outside stands at the end", () => {
  for (const label of ["lr", "layers", "rate_drop"]) {
    const axis = axisOf(label);
    for (let k = 0; k <= 10; k++) assert.ok(Math.abs(positionOf(axis, valueAt(axis, k / 10)) - k / 10) < 1e-9);
    assert.equal(positionOf(axis, Infinity), 1);
    assert.equal(positionOf(axis, -Infinity), 0);
    assert.ok(Number.isNaN(positionOf(axis, NaN)));
  }
});

test("trials of one option fill its band and reach into no other", () => {
  const axis = axisOf("booster");
  for (let option = 0; option < 3; option++) {
    const bins = Array.from({ length: 2000 }, (_, row) => binOf(placeOf(axis, option, spreadOf(row)), 0));
    assert.ok(Math.min(...bins) >= (option / 3) * VALUE_BINS);
    assert.ok(Math.max(...bins) < ((option + 1) / 3) * VALUE_BINS);
    assert.ok(new Set(bins).size > 25);
  }
});

test("a coarse column is placed where the values themselves are, to within a step", () => {
  const p = PARAMETERS[0]!;
  const axis = parameterAxis(p, VIEW);
  const values = Float32Array.from({ length: 500 }, (_, k) => 10 ** (-5 * (k / 499)));
  const codes = Uint8Array.from(values, (value) => Math.round(254 * positionOf(axis, value)));
  codes[7] = 255;
  const fine = readerOf(axis, { values, missing: NaN });
  const coarse = readerOf(axis, { codes, missing: 255 });
  for (let row = 0; row < 500; row++) {
    if (row === 7) assert.ok(Number.isNaN(coarse(row)));
    else assert.ok(Math.abs(fine(row) - coarse(row)) < 1.5 / 254, `${row}`);
  }
});

test("the ends of losses stay while all losses are within, and leave far worse ones out", () => {
  const rows = new MadeRows(2000, 1);
  const before = lossDomain(rows, null);
  assert.equal(lossDomain(rows, before), before);
  rows.state[0] = 2;
  rows.loss[0] = -5;
  const after = lossDomain(rows, before);
  assert.notEqual(after, before);
  assert.ok(after.low < -5);
  const exploded = new MadeRows(2000, 1);
  exploded.state[0] = 2;
  exploded.loss[0] = 1e6;
  const capped = lossDomain(exploded, null);
  assert.ok(capped.capped && capped.high < 2);
});

test("axes stand as the view says, those it does not name behind, the loss last unless it was moved", () => {
  assert.deepEqual(orderOf(AXES, VIEW), [0, 1, 2, 3, 4]);
  assert.deepEqual(orderOf(AXES, { ...VIEW, order: ["p.booster", "gone", "p.lr"] }), [2, 0, 1, 3, 4]);
  assert.deepEqual(orderOf(AXES, { ...VIEW, order: ["p.booster", "loss"] }), [2, 0, 1, 3, 4]);
  assert.deepEqual(orderOf(AXES, { ...VIEW, order: ["loss", "p.lr"] }), [4, 0, 1, 2, 3]);
});

test("a parameter that reaches zero has no log scale, whatever the view says", () => {
  const view = { ...VIEW, scales: { "p.rate_drop": "log" as const, "p.lr": "linear" as const } };
  assert.equal(parameterAxis(PARAMETERS[3]!, view).log, false);
  assert.equal(parameterAxis(PARAMETERS[0]!, view).log, false);
  assert.equal(parameterAxis(PARAMETERS[0]!, VIEW).log, true);
  assert.equal(parameterAxis(parameter("n", { integer: true, step: 1, axis_low: 1, axis_high: 2000 }), VIEW).band, null);
});

test("a brush over the whole axis filters nothing, and one to its end takes what is beyond", () => {
  const axis = axisOf("lr");
  assert.deepEqual(withRange(undefined, 0, rangeOf(axis, [0, 1])).ranges, []);
  assert.equal(rangeOf(axis, [0.5, 1])[1], Infinity);
  const span = spanOf(axis, rangeOf(axis, [0.25, 0.75]));
  assert.ok(Math.abs(span[0] - 0.25) < 1e-9 && Math.abs(span[1] - 0.75) < 1e-9);
  const two = withRange(withRange(undefined, 0, [1e-4, 1e-3]), 1, [0.1, 0.2]);
  assert.equal(two.ranges.length, 2);
});

test("dragging over options takes those it touches", () => {
  const axis = axisOf("booster");
  assert.deepEqual(optionsWithin(axis, [0.1, 0.2]), [0]);
  assert.deepEqual(optionsWithin(axis, [0.3, 0.99]), [0, 1, 2]);
  assert.deepEqual(optionsWithin(axis, [1, 1]), [2]);
});

test("keys move an end of a brush by a step, a page, or to the end", () => {
  const axis = axisOf("layers");
  assert.ok(Math.abs(movedByKey(axis, 0.5, "ArrowUp")! - 0.7) < 1e-9);
  assert.equal(movedByKey(axis, 0.95, "PageUp"), 1);
  assert.equal(movedByKey(axis, 0.5, "Home"), 0);
  assert.equal(movedByKey(axis, 0.5, "x"), null);
});

test("heights and places are each other's inverse, also on an axis that is turned over", () => {
  const layout = layoutOf(AXES, [0, 1, 2, 3, 4], ["p.lr"], 900, 360);
  for (const placed of layout.placed) {
    for (const place of [0, 0.3, 1]) assert.ok(Math.abs(placeAtY(layout, placed, yOf(layout, placed, place)) - place) < 1e-9);
  }
  assert.ok(layout.laneTop > layout.top + layout.height + 8, "the lane is apart from the values");
  assert.ok(layoutOf(AXES, [0, 1, 2, 3, 4], [], 100, 360).width > 100, "too little room is scrolled");
});

test("the best trials are those of a sort, and only among those that pass", () => {
  const rows = new MadeRows(3000, 4);
  const bytes = Uint8Array.from({ length: 3000 }, (_, row) => Number(row % 3 === 0));
  for (const mask of [NOTHING, { bytes, matched: 1000, active: true }]) {
    const sorted = Array.from({ length: 3000 }, (_, row) => row)
      .filter((row) => rows.state[row] === 2 && (!mask.active || bytes[row] === 1))
      .sort((a, b) => rows.loss[a]! - rows.loss[b]! || a - b);
    assert.deepEqual(bestOf(rows, mask, 50).map((row) => rows.loss[row]), sorted.slice(0, 50).map((row) => rows.loss[row]));
  }
});

test("pointing at a trial's line finds a trial whose line is there", () => {
  const rows = new MadeRows(300, 5);
  const model = new ParallelModel(PARAMETERS);
  model.update(rows, 1, VIEW, NOTHING, 10);
  const layout = layoutOf(model.axes, model.order, [], 900, 360);
  const read = readerOf(model.axes[0]!, rows.columns[0]);
  for (let row = 0; row < 300; row += 7) {
    const y = yOf(layout, layout.placed[0]!, read(row));
    const found = trialNear(model, rows, layout, layout.placed[0]!.x, y);
    assert.ok(found !== null);
    assert.ok(Math.abs(yOf(layout, layout.placed[0]!, read(found)) - y) < 2 * layout.row);
  }
  assert.equal(trialNear(model, rows, layout, 5, -50), null);
});

test("what is shown follows the mask and rows that come, as if it were made anew", () => {
  const rows = new MadeRows(2000, 6);
  const model = new ParallelModel(PARAMETERS);
  let version = 0;
  for (const n of [1900, 1920, 2000]) {
    const mask = { bytes: Uint8Array.from({ length: n }, (_, row) => Number(rows.loss[row]! < 0.5)), matched: 0, active: true };
    mask.matched = mask.bytes.reduce((a, b) => a + b, 0);
    model.update(rows.first(n), ++version, VIEW, mask, 10);
    assert.equal(model.visible.matched, mask.matched);
    assert.equal(model.all.matched, n);
    model.update(rows.first(n), version, VIEW, NOTHING, 10);
    assert.equal(model.visible.matched, n);
  }
});

test("the best so far only improves, by number and by time", () => {
  const rows = new MadeRows(1000, 7);
  const ended = Float64Array.from({ length: 1000 }, (_, row) => 1e12 - row);
  for (const times of [null, ended]) {
    const { best, trials } = seriesOf(rows, times);
    let least = Infinity;
    const naive = Array.from(trials).filter((trial) => {
      const better = rows.loss[trial]! < least;
      least = Math.min(least, rows.loss[trial]!);
      return better;
    });
    assert.deepEqual(best, naive);
  }
  assert.equal(seriesOf(rows, ended).trials[0]! > 900, true);
});

test("medians are of all trials in order, and a place on x is found by halving", () => {
  const rows = new MadeRows(1000, 8);
  const series = seriesOf(rows, null);
  const middles = medians(series, rows.loss, 80);
  assert.equal(middles.length, 80);
  for (const { loss } of middles) assert.ok(loss > 0 && loss < 1);
  assert.equal(medians(seriesOf(rows.first(5), null), rows.loss, 80).length, 0);
  for (const x of [-1, 0, 17, 999, 5000]) {
    assert.equal(firstAt(series, x), Array.from(series.trials).filter((trial) => trial < x).length);
  }
});
