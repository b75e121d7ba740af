// Sums of a square of counts along lines of all slopes, in N^2 log N steps instead of N^3: the approximate discrete Radon
// transform of Goetz and Druck (1996) and Brady (1998). A column of parallel coordinates is such a set of sums, as a point
// between two axes stands for a line in the plane of the two.

/** Lines of slope s / (N - 1), s = 0..N-1, start at 0..2N-2; the sums of slope s begin at `s * 2N`. */
export class LineSums {
  readonly #levels: [Float64Array, Float64Array];

  constructor(
    /** A power of two. */
    readonly size: number,
  ) {
    this.#levels = [new Float64Array(2 * size * size), new Float64Array(2 * size * size)];
  }

  /**
   * Sums `value(along, across)` over each line `across = start - slope * along`. The answer is used until the next call.
   * Every value is in exactly one line of each slope.
   */
  of(square: Float64Array): Float64Array {
    const { size } = this;
    let [from, into] = this.#levels;
    const stride = 2 * size;
    for (let along = 0; along < size; along++) {
      from.fill(0, along * stride, (along + 1) * stride);
      from.set(square.subarray(along * size, (along + 1) * size), along * stride);
    }
    for (let block = 2; block <= size; block *= 2) {
      join(from, into, size, block);
      [from, into] = [into, from];
    }
    return from;
  }
}

/** Joins lines over `block / 2` rows to lines over `block` rows; line s of block B is at row `B * block + s`. */
function join(from: Float64Array, into: Float64Array, size: number, block: number): void {
  const stride = 2 * size;
  const half = block / 2;
  for (let first = 0; first < size; first += block) {
    for (let s = 0; s < block; s++) {
      const near = (first + (s >> 1)) * stride;
      const far = (first + half + (s >> 1)) * stride;
      const shift = (s + 1) >> 1;
      const to = (first + s) * stride;
      for (let h = 0; h < shift; h++) into[to + h] = from[near + h] as number;
      for (let h = shift; h < stride; h++) into[to + h] = (from[near + h] as number) + (from[far + h - shift] as number);
    }
  }
}
