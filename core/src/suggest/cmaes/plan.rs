//! What stays the same for all generations of a search.

use crate::space::Latent;
use crate::suggest::frame::{Axis, Frame};
use crate::suggest::qmc::{Sobol, design};
use crate::{normal, stream::Stream};

/// More numeric parameters than this have a diagonal covariance: in a thousand evaluations no more can be learnt.
const FULL_MAX: usize = 20;

/// The parameters as coordinates. A numeric parameter's coordinate is the quantile of its prior, so that the space is
/// the unit cube; a choice has none.
#[derive(Debug)]
pub(super) struct Plan {
    pub seed: u64,
    pub frame: Frame,
    sobol: Sobol,
    /// The numeric parameters, by coordinate.
    pub numeric: Vec<usize>,
    /// The choices, and their prior probabilities.
    pub choices: Vec<(usize, Vec<f64>)>,
}

impl Plan {
    pub fn new(frame: Frame, seed: u64) -> Self {
        let (mut numeric, mut choices) = (Vec::new(), Vec::new());
        for (i, axis) in frame.axes.iter().enumerate() {
            match axis {
                Axis::Numeric(_) => numeric.push(i),
                Axis::Choice(prior) => choices.push((i, prior.clone())),
            }
        }
        Self { seed, sobol: Sobol::new(seed, frame.len()), frame, numeric, choices }
    }

    pub fn is_separable(&self) -> bool {
        self.numeric.len() > FULL_MAX
    }

    /// Coordinates and choices.
    pub fn dimensions(&self) -> usize {
        self.numeric.len() + self.choices.len()
    }

    /// The latent form of coordinate `j`.
    pub fn latent(&self, j: usize) -> Option<&Latent> {
        match &self.frame.axes[self.numeric[j]] {
            Axis::Numeric(latent) => Some(latent),
            Axis::Choice(_) => None,
        }
    }

    /// Standard normal numbers for the coordinates of a trial's point, evenly spread over the trials: the quantiles of
    /// quasi-random numbers.
    pub fn normals(&self, number: u64, attempt: u32) -> Vec<f64> {
        self.numeric.iter().map(|i| normal::quantile(self.unit(number, attempt, *i))).collect()
    }

    /// The number of [0, 1] for parameter `i` of a trial's point.
    pub fn unit(&self, number: u64, attempt: u32, i: usize) -> f64 {
        self.sobol.unit(design::index(number, attempt), i)
    }

    /// Anywhere in the cube, for the mean of a restart.
    pub fn anywhere(&self, restart: u32) -> Vec<f64> {
        let mut stream = Stream::new(self.seed, u64::from(restart), "cmaes restart");
        self.numeric.iter().map(|_| stream.unit()).collect()
    }
}

/// The ends of the stretch of quantiles that have the same value as `u`; `None` for a continuous parameter, which has
/// none.
pub(super) fn cell(latent: &Latent, u: f64) -> Option<(f64, f64)> {
    let grid = latent.grid()?;
    let index = latent.index_at(grid, latent.law.quantile(u.clamp(0.0, 1.0)));
    let (a, b) = latent.cell(grid, index);
    Some((latent.law.cdf(a), latent.law.cdf(b)))
}
