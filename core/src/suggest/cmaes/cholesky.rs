//! Symmetric matrices, and their triangular roots.

/// The lower triangle of a square matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Triangle {
    size: usize,
    entries: Vec<f64>,
}

impl Triangle {
    pub fn identity(size: usize) -> Self {
        let mut entries = vec![0.0; size * (size + 1) / 2];
        for j in 0..size {
            entries[start(j) + j] = 1.0;
        }
        Self { size, entries }
    }

    /// The entry in row `i` and column `j` <= `i`.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.entries[start(i) + j]
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.entries[start(i)..=start(i) + i]
    }

    /// The matrix times `keep`, plus w * y * y^T of each pair of a weight and a vector.
    pub fn blend(&mut self, keep: f64, terms: &[(f64, &[f64])]) {
        self.entries.iter_mut().for_each(|entry| *entry *= keep);
        for (w, y) in terms {
            for i in 0..self.size {
                let wy = w * y[i];
                let row = &mut self.entries[start(i)..=start(i) + i];
                row.iter_mut().zip(*y).for_each(|(entry, y)| *entry += wy * y);
            }
        }
    }
}

const fn start(row: usize) -> usize {
    row * (row + 1) / 2
}

/// The factor L with L * L^T = `matrix`. A direction in which the matrix is not positive, as rounding may leave it, gets
/// a tiny length.
pub(super) fn factor(matrix: &Triangle) -> Triangle {
    let mut root = matrix.clone();
    let least = (0..matrix.size).map(|j| matrix.at(j, j)).fold(0.0, f64::max) * 1e-14;
    for i in 0..matrix.size {
        let (above, rest) = root.entries.split_at_mut(start(i));
        let row = &mut rest[..=i];
        for j in 0..i {
            let other = &above[start(j)..=start(j) + j];
            row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
        }
        let square = row[i] - dot(&row[..i], &row[..i]);
        row[i] = libm::sqrt(square.max(least).max(1e-300));
    }
    root
}

/// L * z.
pub(super) fn spread(root: &Triangle, z: &[f64]) -> Vec<f64> {
    (0..root.size).map(|i| dot(root.row(i), z)).collect()
}

/// The z of L * z = y.
pub(super) fn solve(root: &Triangle, y: &[f64]) -> Vec<f64> {
    let mut z: Vec<f64> = Vec::with_capacity(root.size);
    for (i, y) in y.iter().enumerate() {
        let row = root.row(i);
        z.push((y - dot(row, &z)) / row[i]);
    }
    z
}

/// Over the shorter of the two.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The unit matrix and three terms.
    fn matrix() -> Triangle {
        let mut matrix = Triangle::identity(4);
        let terms: [(f64, &[f64]); 3] =
            [(2.0, &[1.0, 2.0, 0.0, -1.0]), (0.5, &[0.0, 1.0, 1.0, 1.0]), (-0.25, &[1.0, 0.0, 0.5, 0.0])];
        matrix.blend(0.5, &terms);
        matrix
    }

    #[test]
    fn terms_are_added_to_what_is_kept() {
        assert_eq!(
            matrix().entries,
            [2.25, 4.0, 9.0, -0.125, 0.5, 0.937_5, -2.0, -3.5, 0.5, 3.0],
            "row by row, up to the diagonal"
        );
    }

    #[test]
    fn the_factor_times_itself_is_the_matrix() {
        let (matrix, root) = (matrix(), factor(&matrix()));
        for i in 0..4 {
            for j in 0..=i {
                assert!((dot(root.row(i), root.row(j)) - matrix.at(i, j)).abs() < 1e-14, "{i}, {j}");
            }
        }
    }

    #[test]
    fn solving_undoes_spreading() {
        let root = factor(&matrix());
        let z = [0.3, -1.0, 2.0, 0.7];
        let back = solve(&root, &spread(&root, &z));
        assert!(back.iter().zip(z).all(|(back, z)| (back - z).abs() < 1e-13), "{back:?}");
    }

    #[test]
    fn a_matrix_that_is_not_positive_has_a_finite_factor() {
        let mut flat = Triangle::identity(3);
        flat.blend(0.0, &[(1.0, &[1.0, 1.0, 1.0]), (-1e-12, &[0.0, 1.0, 0.0])]);
        let root = factor(&flat);
        assert!(root.entries.iter().all(|entry| entry.is_finite()), "{root:?}");
        assert!((0..3).all(|i| root.at(i, i) > 0.0));
    }
}
