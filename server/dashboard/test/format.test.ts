import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFrame } from "../src/api/stream";
import { count, number, percent } from "../src/format/number";
import { duration, relative } from "../src/format/time";
import { written } from "../src/parts/copy";
import { numberStyle } from "../src/state/settings";

test("numbers have six digits, and thousands apart", () => {
  const cases: [number | null, string][] = [
    [0.030694705873470988, "0.0306947"],
    [0, "0"],
    [1, "1"],
    [0.1 + 0.2, "0.3"],
    [-0.5, "−0.5"],
    [1234567, "1\u202f234\u202f567"],
    [12345.678, "12\u202f345.7"],
    [1.2e-7, "1.2e-7"],
    [-2.5e20, "−2.5e20"],
    [null, "–"],
    [NaN, "–"],
    [Infinity, "∞"],
  ];
  for (const [value, text] of cases) assert.equal(number(value), text);
  assert.equal(count(46210), "46\u202f210");
  assert.equal(percent(0.034), "3.4\u202f%");
});

test("the settings say otherwise", () => {
  numberStyle.value = { digits: 17, thousands: "comma" };
  assert.equal(number(1234.030694705873), "1,234.030694705873");
  numberStyle.value = { digits: 4, thousands: "none" };
  assert.equal(number(0.0306947), "0.03069");
  assert.equal(count(46210), "46210");
  numberStyle.value = { digits: 6, thousands: "space" };
});

test("durations have two units at most", () => {
  assert.equal(duration(850), "850 ms");
  assert.equal(duration(1234), "1.2 s");
  assert.equal(duration(83_000), "1 m 23 s");
  assert.equal(duration(119_700), "2 m");
  assert.equal(duration(4 * 3_600_000 + 300_000), "4 h 5 m");
  assert.equal(duration(26 * 3_600_000), "1 d 2 h");
  assert.equal(duration(null), "–");
});

test("how long ago", () => {
  assert.equal(relative(1000, 1500), "just now");
  assert.equal(relative(0, 12_500), "12 s ago");
  assert.equal(relative(180_000, 0), "in 3 m");
});

test("parameters as people paste them", () => {
  const params = { lr: 0.01, kind: "it's", "a b": 1 };
  assert.deepEqual(JSON.parse(written(params, "json")), params);
  assert.equal(written({ lr: 0.01, kind: "it's" }, "flags"), `--lr 0.01 --kind 'it'\\''s'`);
  assert.equal(written(params, "python"), `{"lr": 0.01, "kind": "it's", "a b": 1}`);
});

test("frames of the stream, and signs of life", () => {
  assert.deepEqual(parseFrame('event: study\ndata: {"rev":3}'), { name: "study", data: { rev: 3 } });
  assert.equal(parseFrame(": still here"), null);
});
