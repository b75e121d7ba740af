//! Which algorithm, with which settings: the serialisable form.

use serde::{Deserialize, Serialize};

/// Which algorithm proposes points, with its settings. In YAML `algorithm: tpe` or
/// `algorithm: {name: tpe, gamma: 0.3}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Algorithm {
    /// Chooses among the others by the space, the budget and what was observed.
    #[default]
    Auto,
    /// A Gaussian process.
    Gp,
    Tpe(TpeSettings),
    /// Hyperopt's own kind of [`Algorithm::Tpe`]: `{name: tpe, mode: hyperopt}`.
    #[serde(rename = "tpe")]
    HyperoptTpe(HyperoptTpeSettings),
    /// The covariance matrix adaptation evolution strategy.
    Cmaes,
    /// Quasi-random points.
    Qmc,
    /// Every point of a grid, each once.
    Grid(GridSettings),
    Anneal(AnnealSettings),
    /// Draws from the space's own distributions.
    Random,
    /// Nothing is proposed: only enqueued trials run. What a person left open of one is drawn from the prior.
    External,
    /// Each trial's point is proposed by one of several algorithms.
    Mix(MixSettings),
}

/// Settings of [`Algorithm::Mix`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixSettings {
    /// 1 to 16 of them.
    pub of: Vec<AlgorithmShare>,
}

/// One algorithm of a mix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlgorithmShare {
    /// How much of the trials are its own, against the other weights; > 0, finite.
    pub weight: f64,
    /// Any but a mix and `external`.
    pub algorithm: Algorithm,
}

/// Settings of [`Algorithm::Tpe`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TpeSettings {
    /// So many finished and pending trials before the model is used, at least half of them finished.
    pub n_startup: u32,
    /// Candidates drawn from the good density; 1 to 10,000.
    pub n_ei: u32,
    /// The weight of the prior component; > 0, finite.
    pub prior_weight: f64,
}

impl Default for TpeSettings {
    fn default() -> Self {
        Self { n_startup: 10, n_ei: 16, prior_weight: 0.5 }
    }
}

/// Settings of [`Algorithm::HyperoptTpe`], named as in Hyperopt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HyperoptTpeSettings {
    pub mode: HyperoptMode,
    /// The good set holds min(ceil(gamma * sqrt(n)), 25) of n finished trials; > 0, at most 2.
    pub gamma: f64,
    /// So many finished trials before the model is used.
    pub n_startup: u32,
    /// Candidates drawn from the good density a parameter; 1 to 10,000.
    pub n_ei: u32,
    /// The weight of the prior component; > 0, finite.
    pub prior_weight: f64,
    /// The newest so many observations keep full weight, older ones ramp down linearly; 0
    /// for full weight to all.
    pub linear_forgetting: u32,
}

impl Default for HyperoptTpeSettings {
    fn default() -> Self {
        Self {
            mode: HyperoptMode::Hyperopt,
            gamma: 0.25,
            n_startup: 20,
            n_ei: 24,
            prior_weight: 1.0,
            linear_forgetting: 25,
        }
    }
}

/// The mode of [`Algorithm::HyperoptTpe`], as it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HyperoptMode {
    #[default]
    Hyperopt,
}

/// Settings of [`Algorithm::Grid`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GridSettings {
    /// How many values of a continuous or unbounded parameter are tried, at the middles of as many parts of equal
    /// probability; 1 to 10,000.
    pub resolution: u32,
}

impl Default for GridSettings {
    fn default() -> Self {
        Self { resolution: 5 }
    }
}

/// Settings of [`Algorithm::Anneal`], named as in Hyperopt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnnealSettings {
    /// The mean rank, from 1, of the trial to search around; >= 1.
    pub avg_best_idx: f64,
    /// How fast the neighbourhood shrinks with the number of trials; >= 0.
    pub shrink_coef: f64,
}

impl Default for AnnealSettings {
    fn default() -> Self {
        Self { avg_best_idx: 2.0, shrink_coef: 0.1 }
    }
}
