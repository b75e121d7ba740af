//! Algorithms and their settings by name.

use std::collections::BTreeMap;

use tunewright_core::Refusal;
use tunewright_core::suggest::{Algorithm, AnnealSettings, TpeSettings};

use super::field::listed;
use crate::v1;

const NAMES: [&str; 3] = ["random", "tpe", "anneal"];

impl TryFrom<v1::Algorithm> for Algorithm {
    type Error = Refusal;

    fn try_from(algorithm: v1::Algorithm) -> Result<Self, Refusal> {
        let v1::Algorithm { name, settings, mix } = algorithm;
        if !mix.is_empty() {
            return Err(Refusal::invalid("mix", "is not understood by this server yet"));
        }
        match name.as_str() {
            "random" => {
                Settings(settings).end("random", &[])?;
                Ok(Self::Random)
            }
            "tpe" => tpe(settings).map(Self::Tpe),
            "anneal" => anneal(settings).map(Self::Anneal),
            other => {
                let shown: String = other.chars().take(40).collect();
                let message = format!("must be one of {}, not `{shown}`", listed(NAMES));
                Err(Refusal::invalid("name", message))
            }
        }
    }
}

impl From<&Algorithm> for v1::Algorithm {
    fn from(algorithm: &Algorithm) -> Self {
        let (name, settings) = match algorithm {
            Algorithm::Random => ("random", Vec::new()),
            Algorithm::Tpe(TpeSettings { gamma, n_startup, n_ei, prior_weight, linear_forgetting }) => (
                "tpe",
                vec![
                    ("gamma", *gamma),
                    ("n_startup", f64::from(*n_startup)),
                    ("n_ei", f64::from(*n_ei)),
                    ("prior_weight", *prior_weight),
                    ("linear_forgetting", f64::from(*linear_forgetting)),
                ],
            ),
            Algorithm::Anneal(AnnealSettings { avg_best_idx, shrink_coef }) => {
                ("anneal", vec![("avg_best_idx", *avg_best_idx), ("shrink_coef", *shrink_coef)])
            }
        };
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { name: name.to_owned(), settings, mix: Vec::new() }
    }
}

fn tpe(settings: BTreeMap<String, f64>) -> Result<TpeSettings, Refusal> {
    let mut settings = Settings(settings);
    let usual = TpeSettings::default();
    let chosen = TpeSettings {
        gamma: settings.real("gamma", usual.gamma, "> 0 and at most 2", |x| x > 0.0 && x <= 2.0)?,
        n_startup: settings.count("n_startup", usual.n_startup, 0, u32::MAX)?,
        n_ei: settings.count("n_ei", usual.n_ei, 1, 10_000)?,
        prior_weight: settings
            .real("prior_weight", usual.prior_weight, "> 0 and finite", |x| x > 0.0 && x.is_finite())?,
        linear_forgetting: settings.count("linear_forgetting", usual.linear_forgetting, 0, u32::MAX)?,
    };
    settings.end("tpe", &["gamma", "n_startup", "n_ei", "prior_weight", "linear_forgetting"])?;
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
