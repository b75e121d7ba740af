//! Reading and checking the settings of the algorithms.

use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Algorithm, AnnealSettings, TpeSettings};
use crate::Refusal;

/// The names of the algorithms, for messages and shell completion.
pub const ALGORITHMS: [&str; 3] = ["random", "tpe", "anneal"];

impl Algorithm {
    /// The algorithm's name, as in [`ALGORITHMS`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Tpe(_) => "tpe",
            Self::Anneal(_) => "anneal",
        }
    }

    /// The algorithm of this name with its default settings.
    ///
    /// # Errors
    /// `invalid`, listing the names there are.
    pub fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "random" => Ok(Self::Random),
            "tpe" => Ok(Self::Tpe(TpeSettings::default())),
            "anneal" => Ok(Self::Anneal(AnnealSettings::default())),
            other => {
                let shown: String = other.chars().take(40).collect();
                let names = ALGORITHMS.map(|name| format!("`{name}`")).join(", ");
                Err(Refusal::invalid("algorithm", format!("must be one of {names}, not `{shown}`")))
            }
        }
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// `invalid`, naming the setting and what it must be.
    pub fn validate(&self) -> Result<(), Refusal> {
        match self {
            Self::Random => Ok(()),
            Self::Tpe(settings) => settings.validate(),
            Self::Anneal(settings) => settings.validate(),
        }
        .map_err(|refusal| refusal.within("algorithm"))
    }
}

impl TpeSettings {
    fn validate(&self) -> Result<(), Refusal> {
        let Self { gamma, n_ei, prior_weight, .. } = *self;
        demand(gamma > 0.0 && gamma <= 2.0, "gamma", "must be > 0 and <= 2", gamma)?;
        demand((1..=10_000).contains(&n_ei), "n_ei", "must be from 1 to 10000", n_ei)?;
        let fits = prior_weight > 0.0 && prior_weight.is_finite();
        demand(fits, "prior_weight", "must be > 0 and finite", prior_weight)
    }
}

impl AnnealSettings {
    fn validate(&self) -> Result<(), Refusal> {
        let Self { avg_best_idx, shrink_coef } = *self;
        let fits = avg_best_idx >= 1.0 && avg_best_idx.is_finite();
        demand(fits, "avg_best_idx", "must be >= 1 and finite", avg_best_idx)?;
        let fits = shrink_coef >= 0.0 && shrink_coef.is_finite();
        demand(fits, "shrink_coef", "must be >= 0 and finite", shrink_coef)
    }
}

fn demand(holds: bool, field: &str, must_be: &str, value: impl fmt::Display) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::invalid(field, format!("{must_be}, not {value}"))) }
}

impl<'de> Deserialize<'de> for Algorithm {
    /// From a name, or from a map of `name` and settings.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrMap)
    }
}

struct NameOrMap;

impl<'de> Visitor<'de> for NameOrMap {
    type Value = Algorithm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an algorithm, or a map of its `name` and settings")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Algorithm, E> {
        Algorithm::named(name).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Algorithm, A::Error> {
        let mut settings = serde_json::Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if settings.contains_key(&key) {
                map.next_value::<IgnoredAny>()?;
                return Err(A::Error::custom(format!("algorithm: `{key}` is there twice")));
            }
            settings.insert(key, map.next_value()?);
        }
        let name = match settings.remove("name") {
            Some(serde_json::Value::String(name)) => name,
            Some(other) => {
                return Err(A::Error::custom(format!("algorithm.name: must be a string, not {other}")));
            }
            None => return Err(A::Error::missing_field("name")),
        };
        let within = |error: serde_json::Error| A::Error::custom(format!("algorithm: {error}"));
        match Algorithm::named(&name).map_err(A::Error::custom)? {
            Algorithm::Random => match settings.keys().next() {
                Some(key) => Err(A::Error::custom(format!("algorithm: `random` has no setting `{key}`"))),
                None => Ok(Algorithm::Random),
            },
            Algorithm::Tpe(_) => Ok(Algorithm::Tpe(TpeSettings::deserialize(settings).map_err(within)?)),
            Algorithm::Anneal(_) => {
                Ok(Algorithm::Anneal(AnnealSettings::deserialize(settings).map_err(within)?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Algorithm, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_alone_takes_the_defaults() {
        assert_eq!(read(r#""tpe""#), Ok(Algorithm::default()));
        assert_eq!(read(r#"{"name": "anneal"}"#), Ok(Algorithm::Anneal(AnnealSettings::default())));
        assert_eq!(serde_saphyr::from_str::<Algorithm>("random").unwrap(), Algorithm::Random);
        let yaml = "{gamma: 0.3, name: tpe}";
        let expected = Algorithm::Tpe(TpeSettings { gamma: 0.3, ..TpeSettings::default() });
        assert_eq!(serde_saphyr::from_str::<Algorithm>(yaml).unwrap(), expected);
        for name in ALGORITHMS {
            let algorithm = Algorithm::named(name).unwrap();
            assert_eq!(algorithm.name(), name);
            assert_eq!(read(&serde_json::to_string(&algorithm).unwrap()), Ok(algorithm));
        }
    }

    #[test]
    fn what_is_not_known_is_named() {
        for (json, says) in [
            (r#""bayes""#, "algorithm: must be one of `random`, `tpe`, `anneal`, not `bayes`"),
            (r#"{"name": "tpe", "gama": 1}"#, "algorithm: unknown field `gama`, expected one of `gamma`"),
            (r#"{"name": "random", "gamma": 1}"#, "algorithm: `random` has no setting `gamma`"),
            (r#"{"gamma": 1}"#, "missing field `name`"),
            (r#"{"name": "tpe", "name": "tpe"}"#, "algorithm: `name` is there twice"),
            (r#"{"name": 3}"#, "algorithm.name: must be a string, not 3"),
            ("3", "expected the name of an algorithm"),
        ] {
            let error = read(json).expect_err(json);
            assert!(error.contains(says), "{json}: {error}");
        }
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let tpe = |settings| Algorithm::Tpe(settings).validate().map_err(|refusal| refusal.to_string());
        let base = TpeSettings::default;
        assert_eq!(tpe(base()), Ok(()));
        for gamma in [0.0, -1.0, 2.1, f64::NAN, f64::INFINITY] {
            let error = tpe(TpeSettings { gamma, ..base() }).unwrap_err();
            assert_eq!(error, format!("algorithm.gamma: must be > 0 and <= 2, not {gamma}"));
        }
        let error = tpe(TpeSettings { n_ei: 0, ..base() }).unwrap_err();
        assert_eq!(error, "algorithm.n_ei: must be from 1 to 10000, not 0");
        let error = tpe(TpeSettings { prior_weight: f64::NAN, ..base() }).unwrap_err();
        assert_eq!(error, "algorithm.prior_weight: must be > 0 and finite, not NaN");
        let anneal = |avg_best_idx, shrink_coef| {
            let settings = AnnealSettings { avg_best_idx, shrink_coef };
            Algorithm::Anneal(settings).validate().map_err(|refusal| refusal.to_string())
        };
        assert_eq!(anneal(1.0, 0.0), Ok(()));
        assert_eq!(anneal(0.5, 0.1).unwrap_err(), "algorithm.avg_best_idx: must be >= 1 and finite, not 0.5");
        assert_eq!(
            anneal(2.0, -0.1).unwrap_err(),
            "algorithm.shrink_coef: must be >= 0 and finite, not -0.1"
        );
    }
}
