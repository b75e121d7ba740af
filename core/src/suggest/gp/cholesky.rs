//! Triangular factors of covariance matrices.
//!
//! Written out here rather than taken from a library of linear algebra: those choose their instructions by the processor
//! they find, so that the last digits, and with them the points that a seed gives, would differ between machines.

/// The lower triangular factor L of a symmetric positive definite matrix A = L Lᵀ. Rows are packed one after the other, so
/// that a row can be appended.
#[derive(Clone, Debug, Default)]
pub(super) struct Cholesky {
    size: usize,
    rows: Vec<f64>,
}

/// Where row `i` of a packed lower triangle starts.
const fn start(i: usize) -> usize {
    i * (i + 1) / 2
}

impl Cholesky {
    /// Factors the matrix whose packed lower triangle this is; `None` if it is not positive definite.
    pub fn of(mut rows: Vec<f64>, size: usize) -> Option<Self> {
        for i in 0..size {
            let (before, rest) = rows.split_at_mut(start(i));
            let row = &mut rest[..=i];
            for j in 0..i {
                let other = &before[start(j)..=start(j) + j];
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            }
            let pivot = row[i] - dot(&row[..i], &row[..i]);
            if !(pivot > 0.0 && pivot.is_finite()) {
                return None;
            }
            row[i] = pivot.sqrt();
        }
        Some(Self { size, rows })
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.rows[start(i)..=start(i) + i]
    }

    /// Appends a row and column to A: the covariances with what is there, and the variance. Whether A is still positive
    /// definite; if not, nothing changes.
    pub fn append(&mut self, mut covariances: Vec<f64>, variance: f64) -> bool {
        self.solve_lower(&mut covariances);
        let pivot = variance - dot(&covariances, &covariances);
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        covariances.push(pivot.sqrt());
        self.rows.append(&mut covariances);
        self.size += 1;
        true
    }

    /// Solves L x = b in place.
    pub fn solve_lower(&self, b: &mut [f64]) {
        for i in 0..self.size {
            let row = self.row(i);
            b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
        }
    }

    /// Solves Lᵀ x = b in place.
    pub fn solve_upper(&self, b: &mut [f64]) {
        for i in (0..self.size).rev() {
            let row = self.row(i);
            let x = b[i] / row[i];
            b[i] = x;
            for (of, by) in b[..i].iter_mut().zip(row) {
                *of -= x * by;
            }
        }
    }

    /// The logarithm of the determinant of A.
    pub fn log_determinant(&self) -> f64 {
        2.0 * (0..self.size).map(|i| libm::log(self.row(i)[i])).sum::<f64>()
    }

    /// The packed lower triangle of A⁻¹.
    pub fn inverse(&self) -> Vec<f64> {
        let size = self.size;
        // Row a holds column a of L⁻¹, from its diagonal on.
        let mut columns: Vec<Vec<f64>> = Vec::with_capacity(size);
        for a in 0..size {
            let mut column = Vec::with_capacity(size - a);
            column.push(1.0 / self.row(a)[a]);
            for k in a + 1..size {
                let row = self.row(k);
                column.push(-dot(&row[a..k], &column) / row[k]);
            }
            columns.push(column);
        }
        let mut inverse = Vec::with_capacity(self.rows.len());
        for a in 0..size {
            for b in 0..=a {
                inverse.push(dot(&columns[a], &columns[b][a - b..]));
            }
        }
        inverse
    }
}

/// The inner product, summed in eight strands: the order is fixed, and the compiler may still use vectors.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_parts, b_parts) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f64 = a_parts.remainder().iter().zip(b_parts.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_parts.zip(b_parts) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum += x * y;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (b + f)) + ((c + g) + (d + h)) + tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Stream;

    /// A random positive definite matrix, as a full one.
    fn matrix(size: usize, seed: u64) -> Vec<Vec<f64>> {
        let mut stream = Stream::new(seed, 0, "matrix");
        let root: Vec<Vec<f64>> =
            (0..size).map(|_| (0..size).map(|_| stream.unit() - 0.5).collect()).collect();
        let product = |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let entry = |a: usize, b: usize| product(&root[a], &root[b]) + if a == b { 0.1 } else { 0.0 };
        (0..size).map(|a| (0..size).map(|b| entry(a, b)).collect()).collect()
    }

    fn packed(full: &[Vec<f64>]) -> Vec<f64> {
        full.iter().enumerate().flat_map(|(i, row)| row[..=i].to_vec()).collect()
    }

    #[test]
    fn what_is_solved_is_a_solution() {
        for size in [1, 2, 7, 8, 9, 30] {
            let full = matrix(size, 3);
            let factor = Cholesky::of(packed(&full), size).unwrap();
            let wanted: Vec<f64> = (0..size).map(|i| i as f64 - 3.0).collect();
            let mut x: Vec<f64> = full.iter().map(|row| dot(row, &wanted)).collect();
            factor.solve_lower(&mut x);
            factor.solve_upper(&mut x);
            for (x, wanted) in x.iter().zip(&wanted) {
                assert!((x - wanted).abs() < 1e-9, "{size}: {x} {wanted}");
            }
            let inverse = factor.inverse();
            for (a, row) in full.iter().enumerate() {
                for b in 0..size {
                    let entry = |k: usize| if k >= b { inverse[start(k) + b] } else { inverse[start(b) + k] };
                    let product: f64 = row.iter().enumerate().map(|(k, x)| x * entry(k)).sum();
                    assert!((product - f64::from(u8::from(a == b))).abs() < 1e-9, "{size}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn a_matrix_grows_row_by_row() {
        let full = matrix(12, 5);
        let whole = Cholesky::of(packed(&full), 12).unwrap();
        let mut grown = Cholesky::default();
        for (i, row) in full.iter().enumerate() {
            assert!(grown.append(row[..i].to_vec(), row[i]));
        }
        assert!(whole.rows.iter().zip(&grown.rows).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!((whole.log_determinant() - grown.log_determinant()).abs() < 1e-12);
        // The same row again makes it singular.
        let variance = full[3][3];
        let row: Vec<f64> = full.iter().map(|row| row[3]).collect();
        assert!(!grown.append(row, variance - 1e-9) && grown.size == 12);
    }

    #[test]
    fn what_is_not_positive_definite_has_no_factor() {
        for bad in [vec![-1.0], vec![0.0], vec![f64::NAN], vec![1.0, 2.0, 1.0]] {
            let size = if bad.len() == 1 { 1 } else { 2 };
            assert!(Cholesky::of(bad, size).is_none());
        }
    }
}
