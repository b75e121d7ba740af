//! Scrambled points of Sobol's sequence.

use super::directions::{Columns, DIGITS, tabled};
use crate::stream::Stream;

/// A sequence that fills the unit cube evenly: of any block of 2^k indices that starts at a multiple of 2^k, each
/// dimension has one coordinate in each of the 2^k equal parts of [0, 1]; pairs and more dimensions are balanced as
/// well as in Joe's and Kuo's construction.
///
/// Each dimension is scrambled with a random lower triangular matrix and a random shift of the digits, so that every
/// point is uniform on the cube and all of the above stays true. Source: J. Matousek, "On the L2-discrepancy for
/// anchored boxes", J. Complexity 14, 1998. Dimensions after the 256th, for which there is no table, have random
/// generating matrices: what is said of one dimension holds, pairs are balanced only on average.
#[derive(Clone, Debug)]
pub(in crate::suggest) struct Sobol {
    dimensions: Vec<Scrambled>,
}

#[derive(Clone, Debug)]
struct Scrambled {
    columns: Columns,
    shift: u64,
}

impl Sobol {
    /// `dimensions`: how many coordinates a point has.
    pub fn new(seed: u64, dimensions: usize) -> Self {
        let known = tabled().map(Some).chain(std::iter::repeat(None));
        let scrambled = (0..).zip(known).map(|(dimension, known)| Scrambled::new(seed, dimension, known));
        Self { dimensions: scrambled.take(dimensions).collect() }
    }

    /// Coordinate `dimension` of point `index`: the middle of one of 2^52 equal parts of [0, 1].
    #[expect(clippy::cast_precision_loss, reason = "52 bits fit exactly")]
    pub fn unit(&self, index: u64, dimension: usize) -> f64 {
        let Scrambled { columns, shift } = &self.dimensions[dimension];
        let mut sum = *shift;
        let mut left = index & ((1 << DIGITS) - 1);
        while left != 0 {
            sum ^= columns[left.trailing_zeros() as usize];
            left &= left - 1;
        }
        (sum as f64 + 0.5) * (1.0 / (1_u64 << DIGITS) as f64)
    }
}

impl Scrambled {
    fn new(seed: u64, dimension: u64, known: Option<Columns>) -> Self {
        let mut stream = Stream::new(seed, dimension, "sobol");
        // Column j of a lower triangular matrix: a one on the diagonal, anything below it.
        let lower: Columns = std::array::from_fn(|j| {
            let diagonal = 1 << (DIGITS - 1 - j);
            diagonal | (stream.word() & (diagonal - 1))
        });
        let columns = match known {
            Some(columns) => columns.map(|column| product(&lower, column)),
            // Anything above the diagonal makes the matrix of another sequence.
            None => std::array::from_fn(|j| {
                let diagonal = 1 << (DIGITS - 1 - j);
                let above = stream.word() & ((1 << DIGITS) - 1) & !(2 * diagonal - 1);
                product(&lower, above | diagonal)
            }),
        };
        Self { columns, shift: stream.word() >> (64 - DIGITS) }
    }
}

/// A matrix of zeros and ones times a vector of them, modulo 2.
fn product(matrix: &Columns, mut vector: u64) -> u64 {
    let mut sum = 0;
    while vector != 0 {
        sum ^= matrix[DIGITS - 1 - vector.trailing_zeros() as usize];
        vector &= vector - 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_one_coordinate_in_each_part() {
        for seed in 0..4 {
            let sobol = Sobol::new(seed, 300);
            for (k, first) in [(1, 6), (3, 40), (6, 0), (6, 64), (10, 7 << 10), (10, 1 << 40)] {
                let parts = 1_u64 << k;
                for dimension in (0..300).step_by(if k > 6 { 37 } else { 1 }) {
                    let mut hit = vec![0; 1 << k];
                    for index in first..first + parts {
                        hit[(sobol.unit(index, dimension) * parts as f64) as usize] += 1;
                    }
                    assert!(hit.iter().all(|hits| *hits == 1), "2^{k} from {first} in {dimension}: {hit:?}");
                }
            }
        }
    }

    #[test]
    fn the_first_two_dimensions_are_a_net() {
        // A (0, 2)-sequence: each box of 2^-i by 2^-(k - i) holds one of 2^k points. That is so for no other pair.
        for seed in 0..20 {
            let sobol = Sobol::new(seed, 2);
            for i in 0..=6 {
                let mut hit = [0; 64];
                for index in 128..192 {
                    let x = (sobol.unit(index, 0) * f64::from(1 << i)) as usize;
                    let y = (sobol.unit(index, 1) * f64::from(64 >> i)) as usize;
                    hit[x * (64 >> i) + y] += 1;
                }
                assert_eq!(hit, [1; 64], "seed {seed}, 2^-{i} wide");
            }
        }
    }

    #[test]
    fn every_point_is_uniform() {
        // Over seeds, each of 16 squares of each of these pairs is as likely as the others, for the first point as for
        // any. Chi-square with 15 degrees of freedom exceeds 50 once in 85,000 times; 24 of these.
        const PAIRS: [(usize, usize); 6] = [(0, 1), (1, 2), (5, 6), (0, 200), (255, 256), (256, 280)];
        const INDICES: [u64; 4] = [0, 1, 77, 1 << 33];
        let known: Vec<_> = tabled().collect();
        let one = |seed, dimension: usize| {
            let scrambled = Scrambled::new(seed, dimension as u64, known.get(dimension).copied());
            Sobol { dimensions: vec![scrambled] }
        };
        let mut counts = [[[0.0_f64; 16]; 4]; 6];
        for seed in 0..1_600 {
            for ((a, b), counts) in PAIRS.into_iter().zip(&mut counts) {
                let (a, b) = (one(seed, a), one(seed, b));
                for (index, counts) in INDICES.into_iter().zip(counts) {
                    let part = |sobol: &Sobol| (sobol.unit(index, 0) * 4.0) as usize;
                    counts[4 * part(&a) + part(&b)] += 1.0;
                }
            }
        }
        for counts in counts.as_flattened() {
            let chi_square: f64 = counts.iter().map(|count| (count - 100.0).powi(2) / 100.0).sum();
            assert!(chi_square < 50.0, "{chi_square}: {counts:?}");
        }
    }

    #[test]
    fn integrals_are_much_closer_than_by_random_points() {
        // The product of 1 + (x - 1/2) over the dimensions has mean 1 and variance (13/12)^d - 1.
        for (first, most) in [(0, 0.02), (240, 0.5), (256, 0.5)] {
            let (dimensions, points, seeds) = (6, 256_u64, 40_u64);
            let mut squares = 0.0;
            for seed in 0..seeds {
                let sobol = Sobol::new(seed, first + dimensions);
                let value =
                    |index| (first..first + dimensions).map(|d| 0.5 + sobol.unit(index, d)).product::<f64>();
                let mean = (0..points).map(value).sum::<f64>() / points as f64;
                squares += (mean - 1.0).powi(2);
            }
            let by_random = ((13.0_f64 / 12.0).powi(6) - 1.0) / points as f64;
            let share = squares / seeds as f64 / by_random;
            println!("{first}: {share}");
            assert!(share < most, "dimensions from {first}: {share} of the squared error of random points");
        }
    }
}
