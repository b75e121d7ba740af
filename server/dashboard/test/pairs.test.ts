import assert from "node:assert/strict";
import { test } from "node:test";
import { BINS, VALUE_BINS } from "../src/raster/axis";
import { Codes, type Rows } from "../src/raster/codes";
import { PairCounts, type Gap } from "../src/raster/pairs";
import { ONE_TRIAL } from "../src/raster/ranks";
import { ROWS, rowsOfBins, smear } from "../src/raster/smear";
import { AXES, MadeRows, random, SOURCES } from "./made";

const ORDER = [0, 1, 2, 3, 4];

function counted(rows: Rows): { codes: Codes; pairs: PairCounts } {
  const codes = new Codes(AXES, SOURCES);
  const pairs = new PairCounts(codes, ORDER);
  follow(codes, pairs, rows);
  return { codes, pairs };
}

function follow(codes: Codes, pairs: PairCounts, rows: Rows): boolean {
  const rebuilt = codes.sync(rows, { leaving: (row) => pairs.remove(row), entered: (row) => pairs.add(row) });
  if (rebuilt) pairs.recount(null);
  return rebuilt;
}

function trialsIn(gap: Gap): number {
  let sum = 0;
  for (let cell = 0; cell < BINS * BINS; cell++) {
    sum += Math.floor((gap.scored[cell] as number) / ONE_TRIAL) + (gap.unscored[cell] as number);
  }
  return sum;
}

function sameCounts(a: PairCounts, b: PairCounts): void {
  assert.equal(a.matched, b.matched);
  assert.equal(a.unscored, b.unscored);
  a.gaps.forEach((gap, g) => {
    assert.deepEqual(gap.scored, (b.gaps[g] as Gap).scored, `scored of gap ${g}`);
    assert.deepEqual(gap.unscored, (b.gaps[g] as Gap).unscored, `unscored of gap ${g}`);
  });
}

test("every trial is in the counts of every gap", () => {
  const rows = new MadeRows(5000, 1);
  const { pairs } = counted(rows);
  for (const gap of pairs.gaps) assert.equal(trialsIn(gap), 5000);
  const failed = rows.state.reduce((sum, state) => sum + (state === 3 ? 1 : 0), 0);
  assert.equal(pairs.unscored, failed);
});

test("the lane of an axis holds as many trials as have no value on it", () => {
  const rows = new MadeRows(5000, 2);
  const { codes, pairs } = counted(rows);
  const naive = (rows.columns[3]?.values as Float32Array).reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0);
  assert.ok(naive > 2000);
  const inLane = codes.bins[3]?.subarray(0, codes.n).reduce((sum, bin) => sum + (bin >= VALUE_BINS ? 1 : 0), 0);
  assert.equal(inLane, naive);
  let inGap = 0;
  const gap = pairs.gaps[2] as Gap;
  for (let left = 0; left < BINS; left++) {
    for (let right = VALUE_BINS; right < BINS; right++) {
      const cell = left * BINS + right;
      inGap += Math.floor((gap.scored[cell] as number) / ONE_TRIAL) + (gap.unscored[cell] as number);
    }
  }
  assert.equal(inGap, naive);
});

test("rows that come and change one by one count as if all were counted anew", () => {
  const rows = new MadeRows(1000, 3);
  const { codes, pairs } = counted(rows.first(950));
  assert.equal(follow(codes, pairs, rows.first(960)), false);
  const next = random(4);
  for (let k = 0; k < 200; k++) {
    const row = Math.floor(next() * 960);
    (rows.columns[0]?.values as Float32Array)[row] = 10 ** (-5 * next());
    (rows.columns[2]?.codes as Uint8Array)[row] = Math.floor(next() * 3);
    rows.state[row] = next() < 0.5 ? 1 : 2;
  }
  assert.equal(follow(codes, pairs, rows), false);
  const anew = new PairCounts(codes, ORDER);
  anew.recount(null);
  sameCounts(pairs, anew);
  assert.equal(codes.n, 1000);
  const fresh = counted(rows).codes;
  codes.bins.forEach((bins, a) => assert.deepEqual(bins.subarray(0, 1000), fresh.bins[a]?.subarray(0, 1000)));
});

test("a mask that changes a little or altogether counts as if it were counted anew", () => {
  const rows = new MadeRows(3000, 5);
  const { codes, pairs } = counted(rows);
  const next = random(6);
  const mask = new Uint8Array(3000);
  for (const share of [0.5, 0.9, 0.01, 0, 1]) {
    for (let row = 0; row < 3000; row++) if (next() < 0.3) mask[row] = next() < share ? 1 : 0;
    pairs.show(mask);
    const anew = new PairCounts(codes, ORDER);
    anew.recount(mask);
    sameCounts(pairs, anew);
    assert.equal(pairs.matched, mask.reduce((sum, byte) => sum + byte, 0));
  }
});

test("adding a row twice and removing one that is not there count nothing", () => {
  const { pairs } = counted(new MadeRows(10, 7));
  pairs.add(3);
  assert.equal(pairs.matched, 10);
  pairs.remove(3);
  pairs.remove(3);
  assert.equal(pairs.matched, 9);
});

test("each column of a picture shows all trials of its gap", () => {
  const { pairs } = counted(new MadeRows(4000, 8));
  for (const flipped of [false, true]) {
    const picture = new Float64Array(ROWS * 40);
    const gap = pairs.gaps[0] as Gap;
    smear(gap.scored, rowsOfBins(flipped), rowsOfBins(!flipped), picture, 40);
    const scored = gap.scored.reduce((sum, weight) => sum + weight, 0);
    for (let column = 0; column < 40; column++) {
      const sum = picture.subarray(column * ROWS, (column + 1) * ROWS).reduce((a, b) => a + b, 0);
      assert.equal(sum, scored * 8);
    }
  }
});

test("evenly spread trials make an even picture: no moire", () => {
  const cells = new Float64Array(BINS * BINS);
  for (let a = 0; a < VALUE_BINS; a++) for (let b = 0; b < VALUE_BINS; b++) cells[a * BINS + b] = 1;
  const rows = rowsOfBins(false);
  const picture = new Float64Array(ROWS * 60);
  smear(cells, rows, rows, picture, 60);
  for (let column = 0; column < 60; column++) {
    const middle = picture.subarray(column * ROWS + 40, column * ROWS + 88);
    let roughness = 0;
    for (let row = 1; row < middle.length; row++) {
      const step = Math.abs((middle[row] as number) / (middle[row - 1] as number) - 1);
      roughness += step / (middle.length - 1);
      assert.ok(step <= 1 / 4, `column ${column}, row ${row}: ${step}`);
    }
    // Opacity goes by the logarithm: an eighth more or less is not seen.
    assert.ok(roughness < 1 / 8, `column ${column}: ${roughness}`);
  }
});
