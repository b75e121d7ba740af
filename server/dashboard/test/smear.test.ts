import assert from "node:assert/strict";
import { test } from "node:test";
import { BINS, VALUE_BINS } from "../src/raster/axis";
import { LineSums } from "../src/raster/radon";
import { ROWS, rowsOfBins, smear } from "../src/raster/smear";
import { random } from "./made";

test("sums along lines hold each value once for each slope, near the line it belongs to", () => {
  const size = 16;
  const sums = new LineSums(size);
  for (const [along, across] of [[0, 0], [5, 3], [15, 15], [9, 0]] as const) {
    const square = new Float64Array(size * size);
    square[along * size + across] = 1;
    const lines = sums.of(square, new Uint8Array(size).fill(1));
    for (let slope = 0; slope < size; slope++) {
      const starts = lines.subarray(slope * 2 * size, slope * 2 * size + size + slope);
      assert.equal(starts.reduce((a, b) => a + b, 0), 1);
      const exact = across + (along * slope) / (size - 1);
      assert.ok(Math.abs(starts.indexOf(1) - exact) <= Math.log2(size) / 6 + 0.5, `slope ${slope}: ${exact}`);
    }
  }
});

test("sums along the lines that are asked for do not depend on which others are", () => {
  const size = 16;
  const next = random(10);
  const square = Float64Array.from({ length: size * size }, () => Math.floor(next() * 9));
  const all = new LineSums(size).of(square, new Uint8Array(size).fill(1)).slice();
  const sums = new LineSums(size);
  for (let slope = 0; slope < size; slope++) {
    const wanted = new Uint8Array(size);
    wanted[slope] = 1;
    const [from, to] = [slope * 2 * size, slope * 2 * size + size + slope];
    assert.deepEqual(sums.of(square, wanted).slice(from, to), all.slice(from, to));
  }
});

test("a gap with many pairs of bins is the same picture as its parts drawn band by band", () => {
  const next = random(9);
  const parts = [0, 1, 2, 3, 4].map(() => new Float64Array(BINS * BINS));
  const whole = new Float64Array(BINS * BINS);
  for (let k = 0; k < 6000; k++) {
    const a = Math.floor(VALUE_BINS * next() ** 2);
    const cell = a * BINS + Math.floor((a + VALUE_BINS * next()) / 2);
    const part = parts[k % 5] as Float64Array;
    if (part.filter((weight) => weight > 0).length > 1400) continue;
    part[cell] = (part[cell] as number) + 1;
    whole[cell] = (whole[cell] as number) + 1;
  }
  assert.ok(whole.filter((weight) => weight > 0).length > 3000);
  const rows = rowsOfBins(false);
  const quick = new Float64Array(ROWS * 48);
  smear(whole, rows, rows, quick, 48);
  const exact = new Float64Array(ROWS * 48);
  for (const part of parts) smear(part, rows, rows, exact, 48);
  for (let column = 0; column < 48; column++) {
    let quickSum = 0;
    let exactSum = 0;
    let furthest = 0;
    for (let row = 0; row < ROWS; row++) {
      quickSum += quick[column * ROWS + row] as number;
      exactSum += exact[column * ROWS + row] as number;
      furthest = Math.max(furthest, Math.abs(quickSum - exactSum));
    }
    assert.equal(quickSum, exactSum);
    // Sums from the top differ by no more than what stands in two rows: nothing is moved further.
    const most = exact.subarray(column * ROWS, (column + 1) * ROWS).reduce((a, b) => Math.max(a, b), 0);
    assert.ok(furthest <= 2 * most, `column ${column}: ${furthest} of ${most}`);
  }
});
