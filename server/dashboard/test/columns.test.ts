import assert from "node:assert/strict";
import { test } from "node:test";
import { readColumns, type ColumnMeta } from "../src/api/columns";
import { ColumnSet, fromPosition, toPosition } from "../src/state/columnset";
import { parameter, random } from "./made";

const LR = parameter("lr", { scale: "log", axis_low: 1e-5, axis_high: 1 });
const BOOSTER = parameter("booster", { scale: "category", options: ["tree", "dart"], axis_high: 1 });

interface Made {
  type: ColumnMeta["type"];
  bytes: Uint8Array;
}

function made(type: ColumnMeta["type"], array: ArrayBufferView): Made {
  return { type, bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) };
}

/** A body as the server writes it: header, then columns at multiples of 8 behind it. */
function body(head: { rev: number; total: number; rows: number; full: boolean }, columns: Record<string, Made>): ArrayBuffer {
  let offset = 0;
  const metas = Object.entries(columns).map(([name, { type, bytes }]) => {
    const at = offset;
    offset += Math.ceil(bytes.length / 8) * 8;
    return { name, type, offset: at };
  });
  const text = JSON.stringify({ id: "s1", ...head, columns: metas });
  const length = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const buffer = new ArrayBuffer(4 + length + offset);
  new DataView(buffer).setUint32(0, length, true);
  new Uint8Array(buffer).set(new TextEncoder().encode(text.padEnd(length)), 4);
  metas.forEach(({ name, offset: at }) => new Uint8Array(buffer).set(columns[name]!.bytes, 4 + length + at));
  return buffer;
}

test("a body of all rows is read without a copy", () => {
  const buffer = body(
    { rev: 7, total: 3, rows: 3, full: true },
    {
      state: made("u8", Uint8Array.of(2, 1, 3)),
      loss: made("f32", Float32Array.of(0.5, NaN, NaN)),
      ended: made("f64", Float64Array.of(1e12, NaN, 2e12)),
    },
  );
  const { header, columns } = readColumns(buffer);
  assert.equal(header.rev, 7);
  assert.deepEqual([...columns.get("state")!], [2, 1, 3]);
  assert.deepEqual([...columns.get("loss")!], [0.5, NaN, NaN]);
  assert.deepEqual([...columns.get("ended")!], [1e12, NaN, 2e12]);
  assert.equal(columns.get("ended")!.buffer, buffer);
});

test("changes lead to the same columns as all rows at once, whatever their order and size", () => {
  const next = random(11);
  const set = new ColumnSet("s1", [LR, BOOSTER]);
  const losses: number[] = [];
  const boosters: number[] = [];
  for (let rev = 1; rev <= 60; rev++) {
    const total = losses.length + Math.floor(next() * 60);
    const rows = new Set<number>();
    for (let row = losses.length; row < total; row++) rows.add(row);
    for (let k = 0; k < 5 && losses.length > 0; k++) rows.add(Math.floor(next() * losses.length));
    const numbers = Int32Array.from([...rows].sort(() => next() - 0.5));
    for (const row of numbers) {
      losses[row] = Math.fround(next());
      boosters[row] = next() < 0.3 ? 255 : Math.floor(next() * 2);
    }
    set.apply(
      readColumns(
        body(
          { rev, total, rows: numbers.length, full: false },
          {
            number: made("i32", numbers),
            state: made("u8", new Uint8Array(numbers.length).fill(2)),
            loss: made("f32", Float32Array.from(numbers, (row) => losses[row]!)),
            "p.booster": made("u8", Uint8Array.from(numbers, (row) => boosters[row]!)),
          },
        ),
      ),
    );
    assert.equal(set.version.value, rev);
  }
  assert.equal(set.n, losses.length);
  assert.deepEqual([...set.loss], losses);
  assert.deepEqual([...set.param(1)!.codes!], boosters);
  assert.equal(set.param(0), undefined, "a column that was never sent");
});

test("a column that comes later is as long as the others", () => {
  const set = new ColumnSet("s1", []);
  set.apply(readColumns(body({ rev: 1, total: 2, rows: 2, full: true }, { loss: made("f32", Float32Array.of(1, 2)) })));
  const late = Float64Array.of(5);
  set.add(readColumns(body({ rev: 1, total: 1, rows: 1, full: true }, { ended: made("f64", late) })));
  assert.deepEqual([...set.ended!], [5, NaN]);
});

test("positions on an axis and back", () => {
  for (const axis of [LR, parameter("x", { axis_low: -3, axis_high: 5 })]) {
    for (const position of [0, 0.25, 0.5, 1]) {
      assert.ok(Math.abs(toPosition(axis, fromPosition(axis, position)) - position) < 1e-12);
    }
  }
  assert.ok(Math.abs(fromPosition(LR, 0.4) - 1e-3) < 1e-12, "a log axis is even in the exponent");
  assert.equal(toPosition(LR, 0), 0, "zero has no logarithm");
});

test("of codes a value is known to a step of the axis", () => {
  const set = new ColumnSet("s1", [LR, BOOSTER]);
  set.apply(
    readColumns(
      body(
        { rev: 1, total: 3, rows: 3, full: true },
        { "q.lr": made("u8", Uint8Array.of(0, 254, 255)), "q.booster": made("u8", Uint8Array.of(1, 255, 0)) },
      ),
    ),
  );
  assert.ok(set.isCoarse);
  assert.ok(Math.abs(set.valueAt(0, 0) - 1e-5) < 1e-12);
  assert.ok(Math.abs(set.valueAt(0, 1) - 1) < 1e-12);
  assert.ok(Number.isNaN(set.valueAt(0, 2)));
  assert.equal(set.valueAt(1, 0), 1);
  assert.ok(Number.isNaN(set.valueAt(1, 1)));
});
