// Points counted by the squares of a grid: many thousands are drawn as a density instead of one over the other.

export interface Grid {
  columns: number;
  rows: number;
  /** Numbers of points, row by row from the top. */
  counts: Uint32Array;
  most: number;
}

export function emptyGrid(columns: number, rows: number): Grid {
  return { columns, rows, counts: new Uint32Array(columns * rows), most: 0 };
}

/** Counts a point at a place of 0..1 from the left and from the top; what is outside counts at the edge. */
export function countPoint(grid: Grid, across: number, down: number): void {
  const column = Math.min(grid.columns - 1, Math.max(0, Math.floor(across * grid.columns)));
  const row = Math.min(grid.rows - 1, Math.max(0, Math.floor(down * grid.rows)));
  const cell = row * grid.columns + column;
  const n = (grid.counts[cell] as number) + 1;
  grid.counts[cell] = n;
  if (n > grid.most) grid.most = n;
}

const LEAST_ALPHA = 0.3;

/** Pixels of one colour, the more opaque the more points, by their logarithm. */
export function toneGrid({ counts, most }: Grid, colour: number, strength: number, out: Uint32Array): void {
  const scale = 1 / Math.log(Math.max(2, most));
  for (let cell = 0; cell < counts.length; cell++) {
    const n = counts[cell] as number;
    const alpha = n === 0 ? 0 : 255 * strength * (LEAST_ALPHA + (1 - LEAST_ALPHA) * Math.log(n) * scale);
    out[cell] = n === 0 ? 0 : ((alpha << 24) | colour) >>> 0;
  }
}
