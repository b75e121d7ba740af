// Sums of a square of counts along lines of all slopes, in N^2 log N steps instead of N^3: the approximate discrete Radon
// transform of Goetz and Druck (1996) and Brady (1998). A column of parallel coordinates is such a set of sums, as a point
// between two axes stands for a line in the plane of the two.

/** Lines of slope s / (N - 1), s = 0..N-1, start at 0..N-1+s; the sums of slope s begin at `s * 2N`. */
export class LineSums {
  readonly #levels: [Float64Array, Float64Array];

  constructor(
    /** A power of two. */
    readonly size: number,
  ) {
    this.#levels = [new Float64Array(2 * size * size), new Float64Array(2 * size * size)];
  }

  /**
   * Sums the values at `along * size + across` over each line `across = start - slope * along`, for the slopes whose byte
   * in `wanted` is 1. The answer is used until the next call. Every value is in exactly one line of each slope.
   */
  of(square: Float64Array, wanted: Uint8Array): Float64Array {
    const { size } = this;
    let [from, into] = this.#levels;
    const stride = 2 * size;
    for (let along = 0; along < size; along++) {
      from.set(square.subarray(along * size, (along + 1) * size), along * stride);
    }
    const needed = wantedByLevel(wanted, size);
    for (let level = 1, block = 2; block <= size; level++, block *= 2) {
      join(from, into, size, block, needed[level] as Uint8Array);
      [from, into] = [into, from];
    }
    return from;
  }
}

/** A line of slope s over a block is made of two lines of slope s / 2 over its halves. */
function wantedByLevel(wanted: Uint8Array, size: number): Uint8Array[] {
  const levels = [wanted];
  for (let block = size; block > 1; block /= 2) {
    const above = levels[0] as Uint8Array;
    const level = new Uint8Array(block / 2);
    for (let s = 0; s < block; s++) if (above[s] === 1) level[s >> 1] = 1;
    levels.unshift(level);
  }
  return levels;
}

/**
 * Joins lines over `block / 2` rows to lines over `block` rows; line s of the block that begins at row r is at row r + s.
 * It is `size + s` long.
 */
function join(from: Float64Array, into: Float64Array, size: number, block: number, wanted: Uint8Array): void {
  const stride = 2 * size;
  const half = block / 2;
  for (let s = 0; s < block; s++) {
    if (wanted[s] !== 1) continue;
    const shift = (s + 1) >> 1;
    const part = s >> 1;
    for (let first = 0; first < size; first += block) {
      const near = (first + part) * stride;
      const far = (first + half + part) * stride - shift;
      const to = (first + s) * stride;
      const nearEnd = size + part;
      for (let h = 0; h < shift; h++) into[to + h] = from[near + h] as number;
      for (let h = shift; h < nearEnd; h++) into[to + h] = (from[near + h] as number) + (from[far + h] as number);
      for (let h = Math.max(nearEnd, shift); h < size + s; h++) into[to + h] = from[far + h] as number;
    }
  }
}
