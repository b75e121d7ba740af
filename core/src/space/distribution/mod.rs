//! The prior distribution of one parameter.

mod draw;
mod grid;
mod latent;
mod law;
#[cfg(test)]
mod tests;

pub use grid::Grid;
pub use latent::Latent;
pub use law::Law;

/// What a parameter's values are drawn from.
///
/// Bounds are real values here, also of the log kinds (the Hyperopt form, where they are logarithms, is converted
/// when it is read); `mu` and `sigma` of the lognormal kinds are those of the logarithm.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Uniform on [low, high].
    Uniform {
        low: f64,
        high: f64,
    },
    /// round(U(low, high) / q) * q: Hyperopt's, anchored at 0, may leave the bounds by up to q/2.
    QUniform {
        low: f64,
        high: f64,
        q: f64,
    },
    /// exp(U(ln low, ln high)); 0 < low < high.
    LogUniform {
        low: f64,
        high: f64,
    },
    /// round(exp(U(ln low, ln high)) / q) * q.
    QLogUniform {
        low: f64,
        high: f64,
        q: f64,
    },
    Normal {
        mu: f64,
        sigma: f64,
    },
    QNormal {
        mu: f64,
        sigma: f64,
        q: f64,
    },
    LogNormal {
        mu: f64,
        sigma: f64,
    },
    QLogNormal {
        mu: f64,
        sigma: f64,
        q: f64,
    },
    /// Hyperopt's uniformint: quniform with q = 1 as an integer, both ends inclusive and half as likely.
    UniformInt {
        low: i64,
        high: i64,
    },
    /// Integers of [low, high), all alike. Ordered, unlike in Hyperopt.
    RandInt {
        low: i64,
        high: i64,
    },
    /// low, low + step, ..., never beyond high; uniform, or uniform in the logarithm. Ends inclusive and exact.
    /// `log` demands low >= 1 and step 1; a value k then has the mass of [k - 1/2, k + 1/2] on the log scale.
    Int {
        low: i64,
        high: i64,
        step: i64,
        log: bool,
    },
    /// A float in [low, high]; with a step the grid low, low + step, ... never beyond high (all alike). `log` and
    /// `step` exclude one another.
    Float {
        low: f64,
        high: f64,
        step: Option<f64>,
        log: bool,
    },
    /// One of `count` options, all alike.
    Choice {
        count: usize,
    },
    /// One of the options with these probabilities (each > 0, their sum 1).
    PChoice {
        probabilities: Vec<f64>,
    },
}
