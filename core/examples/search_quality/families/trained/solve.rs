//! Systems of linear equations.

/// Solves `matrix x = right` for a symmetric positive definite matrix by Cholesky's decomposition; `None` if it is
/// not positive definite in floating point.
pub fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for i in 0..size {
        for j in 0..=i {
            let (above, row) = matrix.split_at_mut(i);
            let other = if i == j { row[0][..j].to_vec() } else { above[j][..j].to_vec() };
            let rest = row[0][j] - crate::terrain::dot(&row[0][..j], &other);
            row[0][j] = if i == j {
                if rest <= 1e-14 {
                    return None;
                }
                libm::sqrt(rest)
            } else {
                rest / above[j][j]
            };
        }
    }
    for i in 0..size {
        let known = crate::terrain::dot(&matrix[i][..i], &right[..i]);
        right[i] = (right[i] - known) / matrix[i][i];
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|k| matrix[k][i] * right[k]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    Some(right)
}
