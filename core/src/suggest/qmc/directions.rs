//! The generating matrices of Sobol's sequence.

/// Binary digits of a coordinate, and of an index that matters.
pub(super) const DIGITS: usize = 52;

/// One dimension's matrix: column j is what digit j of the index (from the least) contributes to the coordinate, whose
/// first binary digit is bit 51.
pub(super) type Columns = [u64; DIGITS];

/// The numbers of Joe and Kuo, who chose them for good projections on pairs of dimensions. The file names its source
/// and carries its licence.
const TABLE: &str = include_str!("directions.txt");

/// The matrices of the first dimensions, of as many as the table holds: 256.
pub(super) fn tabled() -> impl Iterator<Item = Columns> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    std::iter::once(van_der_corput()).chain(rows.map(columns))
}

/// The first dimension: the digits of the index in reverse.
fn van_der_corput() -> Columns {
    std::array::from_fn(|j| 1 << (DIGITS - 1 - j))
}

/// The matrix of a row of the table: `d s a m_1 ... m_s`.
///
/// Source of the recurrence: P. Bratley and B. L. Fox, "Algorithm 659: implementing Sobol's quasirandom sequence
/// generator", ACM TOMS 14(1), 1988.
fn columns(row: &str) -> Columns {
    let numbers: Vec<u64> = row.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect();
    let mut columns = van_der_corput();
    let [_, _, inner, initial @ ..] = numbers.as_slice() else { return columns };
    let degree = initial.len();
    for j in 0..DIGITS {
        columns[j] = match initial.get(j) {
            Some(m) => m << (DIGITS - 1 - j),
            None => (1..degree)
                .filter(|i| inner >> (degree - 1 - i) & 1 == 1)
                .fold(columns[j - degree] ^ columns[j - degree] >> degree, |sum, i| sum ^ columns[j - i]),
        };
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let rows: Vec<Vec<u64>> = TABLE
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split(' ').map(|number| number.parse().unwrap()).collect())
            .collect();
        assert_eq!(rows.len(), 255);
        for (dimension, row) in (2..).zip(rows) {
            assert_eq!(row[0], dimension);
            assert_eq!(row[1], row[3..].len() as u64);
            assert!(row[2] < 1 << (row[1] - 1), "{row:?}");
            assert!((1..).zip(&row[3..]).all(|(j, m)| m % 2 == 1 && *m < 1 << j), "{row:?}");
        }
        assert_eq!(tabled().count(), 256);
    }

    #[test]
    fn the_points_are_those_of_scipy() {
        // `scipy.stats.qmc.Sobol(256, scramble=False)`, whose point n is that of index n ^ (n >> 1) here.
        for (dimension, expected) in [
            (0, [0.5, 0.75, 0.25, 0.875, 0.6875, 0.546875, 0.015625]),
            (1, [0.5, 0.25, 0.75, 0.875, 0.8125, 0.765625, 0.796875]),
            (2, [0.5, 0.25, 0.75, 0.125, 0.4375, 0.203125, 0.359375]),
            (3, [0.5, 0.25, 0.75, 0.375, 0.9375, 0.046875, 0.453125]),
            (4, [0.5, 0.75, 0.25, 0.875, 0.0625, 0.640625, 0.859375]),
            (7, [0.5, 0.75, 0.25, 0.375, 0.4375, 0.171875, 0.140625]),
            (20, [0.5, 0.25, 0.75, 0.625, 0.6875, 0.828125, 0.234375]),
            (99, [0.5, 0.75, 0.25, 0.375, 0.4375, 0.796875, 0.078125]),
            (255, [0.5, 0.75, 0.25, 0.875, 0.9375, 0.078125, 0.046875]),
        ] {
            let columns = tabled().nth(dimension).unwrap();
            for (n, expected) in [1_usize, 2, 3, 5, 9, 33, 63].into_iter().zip(expected) {
                let index = n ^ (n >> 1);
                let sum = (0..6).filter(|j| index >> j & 1 == 1).fold(0, |sum, j| sum ^ columns[j]);
                assert_eq!(
                    sum as f64 / (1_u64 << DIGITS) as f64,
                    expected,
                    "dimension {dimension}, point {n}"
                );
            }
        }
    }
}
