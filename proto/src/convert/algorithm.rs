//! Algorithms and their settings by name.

use std::collections::BTreeMap;

use tunewright_core::Refusal;
use tunewright_core::suggest::{
    ALGORITHMS, Algorithm, AlgorithmShare, AnnealSettings, GridSettings, HyperoptMode, HyperoptTpeSettings,
    MixSettings, TpeSettings,
};

use super::field::{listed, required};
use crate::v1;

/// The mode of `tpe` that is not Hyperopt's.
const MULTIVARIATE: &str = "multivariate";
const HYPEROPT: &str = "hyperopt";

impl TryFrom<v1::Algorithm> for Algorithm {
    type Error = Refusal;

    fn try_from(algorithm: v1::Algorithm) -> Result<Self, Refusal> {
        let v1::Algorithm { name, settings, mix, mode } = algorithm;
        if name != "mix" && !mix.is_empty() {
            return Err(Refusal::invalid("mix", "must only be given with the name `mix`"));
        }
        if name != "tpe" && !mode.is_empty() {
            return Err(Refusal::invalid("mode", "must only be given with the name `tpe`"));
        }
        match name.as_str() {
            "tpe" => tpe(settings, &mode),
            "grid" => grid(settings).map(Self::Grid),
            "anneal" => anneal(settings).map(Self::Anneal),
            "auto" | "gp" | "cmaes" | "qmc" | "random" | "external" => {
                Settings(settings).end(&name, &[])?;
                Self::named(&name)
            }
            "mix" => {
                Settings(settings).end("mix", &[])?;
                shares(mix).map(|of| Self::Mix(MixSettings { of }))
            }
            other => {
                let shown: String = other.chars().take(40).collect();
                let message = format!(
                    "must be one of {}, not `{shown}`",
                    listed(ALGORITHMS.into_iter().chain(["external", "mix"]))
                );
                Err(Refusal::invalid("name", message))
            }
        }
    }
}

impl From<&Algorithm> for v1::Algorithm {
    fn from(algorithm: &Algorithm) -> Self {
        let settings = match algorithm {
            Algorithm::Tpe(TpeSettings { n_startup, n_ei, prior_weight }) => vec![
                ("n_startup", f64::from(*n_startup)),
                ("n_ei", f64::from(*n_ei)),
                ("prior_weight", *prior_weight),
            ],
            Algorithm::HyperoptTpe(HyperoptTpeSettings {
                mode: HyperoptMode::Hyperopt,
                gamma,
                n_startup,
                n_ei,
                prior_weight,
                linear_forgetting,
            }) => vec![
                ("gamma", *gamma),
                ("n_startup", f64::from(*n_startup)),
                ("n_ei", f64::from(*n_ei)),
                ("prior_weight", *prior_weight),
                ("linear_forgetting", f64::from(*linear_forgetting)),
            ],
            Algorithm::Grid(GridSettings { resolution }) => vec![("resolution", f64::from(*resolution))],
            Algorithm::Anneal(AnnealSettings { avg_best_idx, shrink_coef }) => {
                vec![("avg_best_idx", *avg_best_idx), ("shrink_coef", *shrink_coef)]
            }
            Algorithm::Auto
            | Algorithm::Gp
            | Algorithm::Cmaes
            | Algorithm::Qmc
            | Algorithm::Random
            | Algorithm::External
            | Algorithm::Mix(_) => Vec::new(),
        };
        let mode = match algorithm {
            Algorithm::Tpe(_) => MULTIVARIATE,
            Algorithm::HyperoptTpe(_) => HYPEROPT,
            _ => "",
        };
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mix = match algorithm {
            Algorithm::Mix(settings) => settings.of.iter().map(v1::AlgorithmShare::from).collect(),
            _ => Vec::new(),
        };
        Self { name: algorithm.name().to_owned(), settings, mix, mode: mode.to_owned() }
    }
}

impl From<&AlgorithmShare> for v1::AlgorithmShare {
    fn from(share: &AlgorithmShare) -> Self {
        Self { weight: share.weight, algorithm: Some((&share.algorithm).into()) }
    }
}

/// What a mix is made of. How many there may be and of which weights, the core says; that none is a mix or `external`
/// is said here, before a message of many levels is gone through.
fn shares(mix: Vec<v1::AlgorithmShare>) -> Result<Vec<AlgorithmShare>, Refusal> {
    let share = |share: v1::AlgorithmShare| {
        let algorithm = required(share.algorithm, "algorithm")?;
        if matches!(algorithm.name.as_str(), "mix" | "external") {
            let message = format!("must be one that proposes points by itself, not `{}`", algorithm.name);
            return Err(Refusal::invalid("algorithm.name", message));
        }
        let algorithm = Algorithm::try_from(algorithm).map_err(|refusal| refusal.within("algorithm"))?;
        Ok(AlgorithmShare { weight: share.weight, algorithm })
    };
    let shares = mix.into_iter().enumerate();
    shares.map(|(at, sent)| share(sent).map_err(|e: Refusal| e.within(&format!("mix.{at}")))).collect()
}

/// Either mode of TPE; without one, settings that only Hyperopt's has imply it.
fn tpe(settings: BTreeMap<String, f64>, mode: &str) -> Result<Algorithm, Refusal> {
    let its_own = || HyperoptTpeSettings::ITS_OWN.iter().any(|name| settings.contains_key(*name));
    match mode {
        "" if its_own() => hyperopt_tpe(settings).map(Algorithm::HyperoptTpe),
        "" | MULTIVARIATE => multivariate_tpe(settings).map(Algorithm::Tpe),
        HYPEROPT => hyperopt_tpe(settings).map(Algorithm::HyperoptTpe),
        other => {
            let shown: String = other.chars().take(40).collect();
            let message = format!("must be one of {}, not `{shown}`", listed([MULTIVARIATE, HYPEROPT]));
            Err(Refusal::invalid("mode", message))
        }
    }
}

fn multivariate_tpe(settings: BTreeMap<String, f64>) -> Result<TpeSettings, Refusal> {
    let mut settings = Settings(settings);
    let usual = TpeSettings::default();
    let chosen = TpeSettings {
        n_startup: settings.count("n_startup", usual.n_startup, 0, u32::MAX)?,
        n_ei: settings.count("n_ei", usual.n_ei, 1, 10_000)?,
        prior_weight: settings.positive("prior_weight", usual.prior_weight)?,
    };
    settings.end("tpe", &["n_startup", "n_ei", "prior_weight"])?;
    Ok(chosen)
}

fn hyperopt_tpe(settings: BTreeMap<String, f64>) -> Result<HyperoptTpeSettings, Refusal> {
    let mut settings = Settings(settings);
    let usual = HyperoptTpeSettings::default();
    let chosen = HyperoptTpeSettings {
        mode: HyperoptMode::Hyperopt,
        gamma: settings.real("gamma", usual.gamma, "> 0 and at most 2", |x| x > 0.0 && x <= 2.0)?,
        n_startup: settings.count("n_startup", usual.n_startup, 0, u32::MAX)?,
        n_ei: settings.count("n_ei", usual.n_ei, 1, 10_000)?,
        prior_weight: settings.positive("prior_weight", usual.prior_weight)?,
        linear_forgetting: settings.count("linear_forgetting", usual.linear_forgetting, 0, u32::MAX)?,
    };
    settings.end("tpe", &["gamma", "n_startup", "n_ei", "prior_weight", "linear_forgetting"])?;
    Ok(chosen)
}

fn grid(settings: BTreeMap<String, f64>) -> Result<GridSettings, Refusal> {
    let mut settings = Settings(settings);
    let usual = GridSettings::default();
    let chosen = GridSettings { resolution: settings.count("resolution", usual.resolution, 1, 10_000)? };
    settings.end("grid", &["resolution"])?;
    Ok(chosen)
}

fn anneal(settings: BTreeMap<String, f64>) -> Result<AnnealSettings, Refusal> {
    let mut settings = Settings(settings);
    let usual = AnnealSettings::default();
    let chosen = AnnealSettings {
        avg_best_idx: settings
            .real("avg_best_idx", usual.avg_best_idx, ">= 1 and finite", |x| x >= 1.0 && x.is_finite())?,
        shrink_coef: settings
            .real("shrink_coef", usual.shrink_coef, ">= 0 and finite", |x| x >= 0.0 && x.is_finite())?,
    };
    settings.end("anneal", &["avg_best_idx", "shrink_coef"])?;
    Ok(chosen)
}

/// Settings that were given and not yet read.
struct Settings(BTreeMap<String, f64>);

impl Settings {
    fn real(
        &mut self,
        name: &str,
        usual: f64,
        must: &str,
        legal: impl Fn(f64) -> bool,
    ) -> Result<f64, Refusal> {
        match self.0.remove(name) {
            None => Ok(usual),
            Some(value) if legal(value) => Ok(value),
            Some(value) => {
                Err(Refusal::invalid(format!("settings.{name}"), format!("must be {must}, not `{value}`")))
            }
        }
    }

    fn positive(&mut self, name: &str, usual: f64) -> Result<f64, Refusal> {
        self.real(name, usual, "> 0 and finite", |x| x > 0.0 && x.is_finite())
    }

    fn count(&mut self, name: &str, usual: u32, low: u32, high: u32) -> Result<u32, Refusal> {
        let must = format!("an integer from {low} to {high}");
        let whole = |x: f64| x.fract() == 0.0 && (f64::from(low)..=f64::from(high)).contains(&x);
        let value = self.real(name, f64::from(usual), &must, whole)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked: a whole u32")]
        Ok(value as u32)
    }

    /// Whatever was not read is unknown.
    fn end(self, algorithm: &str, known: &[&str]) -> Result<(), Refusal> {
        let Some(unknown) = self.0.into_keys().next() else { return Ok(()) };
        let shown: String = unknown.chars().take(40).collect();
        let message = if known.is_empty() {
            format!("`{algorithm}` has no settings")
        } else {
            format!("`{algorithm}` has no such setting; it has {}", listed(known.iter().copied()))
        };
        Err(Refusal::invalid(format!("settings.{shown}"), message))
    }
}
