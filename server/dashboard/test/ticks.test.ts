import assert from "node:assert/strict";
import { test } from "node:test";
import { lossRoom } from "../src/charts/loss-scale";
import { parameterScale, roomy, ticksOf, unitOf, valueOfUnit, type Scale } from "../src/charts/scale";
import { linearTicks, logTicks, timeTicks } from "../src/charts/ticks";
import { parameter, random } from "./made";

function digitsOf(text: string): number {
  const mantissa = text.split("e")[0] ?? "";
  return mantissa.replace(/[^0-9]/g, "").replace(/^0+/, "").length;
}

test("marks are few, within the axis, told apart, and have six digits at most", () => {
  const next = random(1);
  for (let k = 0; k < 2000; k++) {
    const low = (next() - 0.5) * 10 ** (12 * next() - 6);
    const high = low + 10 ** (10 * next() - 6) * (1 + Math.abs(low) * 1e-3);
    const ticks = linearTicks(low, high, 6);
    assert.ok(ticks.length <= 8, `${low}..${high}: ${ticks.length}`);
    for (const { value } of ticks) assert.ok(value >= low - (high - low) * 1e-6 && value <= high + (high - low) * 1e-6);
    assert.equal(new Set(ticks.map(({ text }) => text)).size, ticks.length, `${low}..${high}: ${ticks.map((t) => t.text)}`);
    // A whole number is written in full, as that of a trial.
    for (const { value, text } of ticks) assert.ok(digitsOf(text) <= 6 || Number.isInteger(value), text);
  }
});

test("marks of floats are round", () => {
  assert.deepEqual(linearTicks(0, 0.5, 5).map(({ text }) => text), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
});

test("marks of whole numbers are whole", () => {
  assert.deepEqual(linearTicks(1, 3, 8, true).map(({ value }) => value), [1, 2, 3]);
});

test("marks that need more than six digits tell what is added to the first", () => {
  const texts = linearTicks(1000.00001, 1000.00005, 4).map(({ text }) => text);
  assert.ok(texts.slice(1).every((text) => text.startsWith("+")), texts.join());
});

test("log marks are powers of ten, with 2 and 5 between them where there is room", () => {
  assert.deepEqual(logTicks(1e-5, 1, 6).map(({ value }) => value), [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]);
  assert.deepEqual(logTicks(1, 100, 8).map(({ value }) => value), [1, 2, 5, 10, 20, 50, 100]);
  assert.ok(logTicks(1e-30, 1, 5).length <= 7);
  assert.ok(logTicks(0, 1, 5).length > 1, "a scale that cannot be log has linear marks");
});

test("times have marks at round moments", () => {
  const low = 1.78e12;
  for (const span of [5e3, 6e5, 9e6, 9e8, 9e10]) {
    const ticks = timeTicks(low, low + span, 6);
    assert.ok(ticks.length >= 2 && ticks.length <= 8, `${span}: ${ticks.length}`);
  }
});

test("options of numbers keep their order", () => {
  const options = ["16", "32", "64", "128", "256"];
  const scale = parameterScale(parameter("batch", { scale: "category", options }));
  assert.deepEqual(ticksOf(scale, 5).map(({ text }) => text), options);
});

test("places and values are each other's inverse", () => {
  const next = random(2);
  const scales: Scale[] = [roomy("linear", -3, 8), roomy("log", 1e-6, 40), parameterScale(parameter("x", { integer: true, axis_high: 9 }))];
  for (const scale of scales) {
    for (let k = 0; k < 200; k++) {
      const unit = next();
      assert.ok(Math.abs(unitOf(scale, valueOfUnit(scale, unit)) - unit) < 1e-9);
    }
  }
});

test("an axis of losses holds all of them, unless a few are far worse than the rest", () => {
  const next = random(3);
  const losses = Array.from({ length: 1000 }, () => 0.1 + 0.4 * next());
  const all = lossRoom(losses, false);
  assert.equal(all.above, 0);
  assert.ok(all.low < Math.min(...losses) && all.high > Math.max(...losses));
  const exploded = lossRoom([...losses, 1e9, 2e9], false);
  assert.equal(exploded.above, 2);
  assert.ok(exploded.high < 1);
  assert.equal(lossRoom([...losses, 1e9], true).above, 0);
  assert.equal(lossRoom([], false).above, 0);
  assert.ok(lossRoom([0.5], false).high > 0.5);
});
