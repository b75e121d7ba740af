//! Reading and checking the settings of the algorithms.

use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{
    Algorithm, AlgorithmShare, AnnealSettings, GridSettings, HyperoptTpeSettings, MixSettings, TpeSettings,
};
use crate::Refusal;

/// The names of the algorithms that propose points by themselves, with settings that all have defaults; for messages
/// and shell completion. There are also `external`, which proposes nothing, and `mix`, which is made of these.
pub const ALGORITHMS: [&str; 8] = ["auto", "gp", "tpe", "cmaes", "qmc", "grid", "anneal", "random"];

impl Algorithm {
    /// The algorithm's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Gp => "gp",
            Self::Tpe(_) | Self::HyperoptTpe(_) => "tpe",
            Self::Cmaes => "cmaes",
            Self::Qmc => "qmc",
            Self::Grid(_) => "grid",
            Self::Random => "random",
            Self::Anneal(_) => "anneal",
            Self::External => "external",
            Self::Mix(_) => "mix",
        }
    }

    /// The algorithm of this name with its default settings.
    ///
    /// # Errors
    /// `invalid`, listing the names there are.
    pub fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "auto" => Ok(Self::Auto),
            "gp" => Ok(Self::Gp),
            "cmaes" => Ok(Self::Cmaes),
            "qmc" => Ok(Self::Qmc),
            "grid" => Ok(Self::Grid(GridSettings::default())),
            "random" => Ok(Self::Random),
            "tpe" => Ok(Self::Tpe(TpeSettings::default())),
            "anneal" => Ok(Self::Anneal(AnnealSettings::default())),
            "external" => Ok(Self::External),
            "mix" => Err(Refusal::invalid("algorithm", "must say what `mix` is made of").with_hint(
                "for example {name: mix, of: [{weight: 1, algorithm: random}, {weight: 4, algorithm: tpe}]}",
            )),
            other => {
                let shown: String = other.chars().take(40).collect();
                let names = ALGORITHMS.map(|name| format!("`{name}`")).join(", ");
                let names = format!("{names}, `external`, `mix`");
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
            Self::Auto | Self::Gp | Self::Cmaes | Self::Qmc | Self::Random | Self::External => Ok(()),
            Self::Tpe(settings) => settings.validate(),
            Self::HyperoptTpe(settings) => settings.validate(),
            Self::Grid(settings) => settings.validate(),
            Self::Anneal(settings) => settings.validate(),
            Self::Mix(settings) => settings.validate(),
        }
        .map_err(|refusal| refusal.within("algorithm"))
    }
}

impl TpeSettings {
    fn validate(&self) -> Result<(), Refusal> {
        let Self { n_ei, prior_weight, .. } = *self;
        demand((1..=10_000).contains(&n_ei), "n_ei", "must be from 1 to 10000", n_ei)?;
        let fits = prior_weight > 0.0 && prior_weight.is_finite();
        demand(fits, "prior_weight", "must be > 0 and finite", prior_weight)
    }
}

impl GridSettings {
    fn validate(&self) -> Result<(), Refusal> {
        let fits = (1..=10_000).contains(&self.resolution);
        demand(fits, "resolution", "must be from 1 to 10000", self.resolution)
    }
}

impl HyperoptTpeSettings {
    /// The settings that only Hyperopt's mode has: where one is given without a mode, that mode is meant.
    pub const ITS_OWN: [&str; 2] = ["gamma", "linear_forgetting"];

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

impl MixSettings {
    /// The most algorithms that one mix is made of.
    pub const SHARES_MAX: usize = 16;

    fn validate(&self) -> Result<(), Refusal> {
        let most = Self::SHARES_MAX;
        let count = self.of.len();
        demand((1..=most).contains(&count), "of", &format!("must have 1 to {most} shares"), count)?;
        for (at, AlgorithmShare { weight, algorithm }) in self.of.iter().enumerate() {
            let fits = *weight > 0.0 && weight.is_finite();
            demand(fits, &format!("of.{at}.weight"), "must be > 0 and finite", weight)?;
            let is_plain = !matches!(algorithm, Algorithm::Mix(_) | Algorithm::External);
            let must_be = "must be one that proposes points by itself";
            let name = format!("`{}`", algorithm.name());
            demand(is_plain, &format!("of.{at}.algorithm"), must_be, name)?;
            algorithm.validate().map_err(|refusal| refusal.within(&format!("of.{at}")))?;
        }
        Ok(())
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
        if name == "mix" {
            return Ok(Algorithm::Mix(MixSettings::deserialize(settings).map_err(within)?));
        }
        match Algorithm::named(&name).map_err(A::Error::custom)? {
            plain @ (Algorithm::Auto
            | Algorithm::Gp
            | Algorithm::Cmaes
            | Algorithm::Qmc
            | Algorithm::Random
            | Algorithm::External) => match settings.keys().next() {
                Some(key) => Err(A::Error::custom(format!("algorithm: `{name}` has no setting `{key}`"))),
                None => Ok(plain),
            },
            Algorithm::Tpe(_) | Algorithm::HyperoptTpe(_) => tpe(settings).map_err(within),
            Algorithm::Grid(_) => Ok(Algorithm::Grid(GridSettings::deserialize(settings).map_err(within)?)),
            Algorithm::Anneal(_) => {
                Ok(Algorithm::Anneal(AnnealSettings::deserialize(settings).map_err(within)?))
            }
            Algorithm::Mix(_) => Err(A::Error::custom("algorithm: a mix is not made by its name")),
        }
    }
}

/// Either mode of TPE.
fn tpe(mut settings: serde_json::Map<String, serde_json::Value>) -> Result<Algorithm, serde_json::Error> {
    let is_hyperopt = match settings.get("mode") {
        None => HyperoptTpeSettings::ITS_OWN.iter().any(|own| settings.contains_key(*own)),
        Some(mode) if mode == "multivariate" => false,
        Some(mode) if mode == "hyperopt" => true,
        Some(other) => {
            let message = format!("mode: must be one of `multivariate`, `hyperopt`, not {other}");
            return Err(serde_json::Error::custom(message));
        }
    };
    if is_hyperopt {
        return HyperoptTpeSettings::deserialize(settings).map(Algorithm::HyperoptTpe);
    }
    settings.remove("mode");
    TpeSettings::deserialize(settings).map(Algorithm::Tpe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Algorithm, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_alone_takes_the_defaults() {
        assert_eq!(read(r#""tpe""#), Ok(Algorithm::Tpe(TpeSettings::default())));
        assert_eq!(read(r#"{"name": "anneal"}"#), Ok(Algorithm::Anneal(AnnealSettings::default())));
        assert_eq!(serde_saphyr::from_str::<Algorithm>("random").unwrap(), Algorithm::Random);
        let yaml = "{gamma: 0.3, name: tpe}";
        let expected =
            Algorithm::HyperoptTpe(HyperoptTpeSettings { gamma: 0.3, ..HyperoptTpeSettings::default() });
        assert_eq!(serde_saphyr::from_str::<Algorithm>(yaml).unwrap(), expected);
        for name in ALGORITHMS {
            let algorithm = Algorithm::named(name).unwrap();
            assert_eq!(algorithm.name(), name);
            assert_eq!(read(&serde_json::to_string(&algorithm).unwrap()), Ok(algorithm));
        }
    }

    #[test]
    fn the_mode_of_tpe_is_read_and_implied_by_settings_of_its_own() {
        let usual = HyperoptTpeSettings::default();
        assert_eq!(read(r#"{"name": "tpe", "mode": "hyperopt"}"#), Ok(Algorithm::HyperoptTpe(usual.clone())));
        let forgets = HyperoptTpeSettings { linear_forgetting: 9, ..usual };
        assert_eq!(
            read(r#"{"name": "tpe", "linear_forgetting": 9}"#),
            Ok(Algorithm::HyperoptTpe(forgets.clone()))
        );
        let written = serde_json::to_string(&Algorithm::HyperoptTpe(forgets.clone())).unwrap();
        assert!(written.starts_with(r#"{"name":"tpe","mode":"hyperopt","gamma":0.25,"#), "{written}");
        assert_eq!(read(&written), Ok(Algorithm::HyperoptTpe(forgets)));
        let many = TpeSettings { n_ei: 99, ..TpeSettings::default() };
        let text = r#"{"name": "tpe", "mode": "multivariate", "n_ei": 99}"#;
        assert_eq!(read(text), Ok(Algorithm::Tpe(many)));
        let error = read(r#"{"name": "tpe", "mode": "optuna"}"#).unwrap_err();
        let says = r#"algorithm: mode: must be one of `multivariate`, `hyperopt`, not "optuna""#;
        assert!(error.contains(says), "{error}");
        let error = read(r#"{"name": "tpe", "mode": "multivariate", "gamma": 0.2}"#).unwrap_err();
        assert!(error.contains("unknown field `gamma`"), "{error}");
    }

    #[test]
    fn what_is_not_known_is_named() {
        for (json, says) in [
            (
                r#""bayes""#,
                "algorithm: must be one of `auto`, `gp`, `tpe`, `cmaes`, `qmc`, `grid`, `anneal`, `random`, `external`, \
                 `mix`, not `bayes`",
            ),
            (r#"{"name": "tpe", "gama": 1}"#, "algorithm: unknown field `gama`, expected one of `n_startup`"),
            (r#"{"name": "random", "gamma": 1}"#, "algorithm: `random` has no setting `gamma`"),
            (r#"{"gamma": 1}"#, "missing field `name`"),
            (r#"{"name": "external", "gamma": 1}"#, "algorithm: `external` has no setting `gamma`"),
            (r#""mix""#, "algorithm: must say what `mix` is made of"),
            (r#"{"name": "mix"}"#, "algorithm: missing field `of`"),
            (r#"{"name": "mix", "of": [{"weight": 1}]}"#, "algorithm: missing field `algorithm`"),
            (r#"{"name": "tpe", "name": "tpe"}"#, "algorithm: `name` is there twice"),
            (r#"{"name": 3}"#, "algorithm.name: must be a string, not 3"),
            ("3", "expected the name of an algorithm"),
        ] {
            let error = read(json).expect_err(json);
            assert!(error.contains(says), "{json}: {error}");
        }
    }

    #[test]
    fn a_mix_is_read_and_written() {
        let yaml = "
            name: mix
            of:
              - {weight: 0.2, algorithm: random}
              - {weight: 0.8, algorithm: {name: tpe, gamma: 0.3}}";
        let mix: Algorithm = serde_saphyr::from_str(yaml).unwrap();
        let tpe = HyperoptTpeSettings { gamma: 0.3, ..HyperoptTpeSettings::default() };
        let share = |weight, algorithm| AlgorithmShare { weight, algorithm };
        let of = vec![share(0.2, Algorithm::Random), share(0.8, Algorithm::HyperoptTpe(tpe))];
        assert_eq!(mix, Algorithm::Mix(MixSettings { of }));
        assert_eq!((mix.validate(), mix.name()), (Ok(()), "mix"));
        let written = serde_json::to_string(&mix).unwrap();
        assert!(written.starts_with(r#"{"name":"mix","of":[{"weight":0.2,"algorithm":{"name":"random"}},"#));
        assert_eq!(read(&written), Ok(mix));
        assert_eq!(read(r#""external""#), Ok(Algorithm::External));
        assert_eq!(serde_json::to_string(&Algorithm::External).unwrap(), r#"{"name":"external"}"#);
    }

    #[test]
    fn a_mix_out_of_range_is_refused_by_the_share() {
        let mix = |of: Vec<AlgorithmShare>| {
            Algorithm::Mix(MixSettings { of }).validate().map_err(|refusal| refusal.to_string())
        };
        let share = |weight, algorithm| AlgorithmShare { weight, algorithm };
        let good = share(1.0, Algorithm::Random);
        assert_eq!(mix(Vec::new()), Err("algorithm.of: must have 1 to 16 shares, not 0".to_owned()));
        assert_eq!(mix(vec![good.clone(); 16]), Ok(()));
        let error = mix(vec![good.clone(); 17]).unwrap_err();
        assert_eq!(error, "algorithm.of: must have 1 to 16 shares, not 17");
        for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = mix(vec![good.clone(), share(weight, Algorithm::Random)]).unwrap_err();
            assert_eq!(error, format!("algorithm.of.1.weight: must be > 0 and finite, not {weight}"));
        }
        for (odd, name) in [
            (Algorithm::External, "external"),
            (Algorithm::Mix(MixSettings { of: vec![good.clone()] }), "mix"),
        ] {
            let error = mix(vec![good.clone(), share(1.0, odd)]).unwrap_err();
            let says = "algorithm.of.1.algorithm: must be one that proposes points by itself";
            assert_eq!(error, format!("{says}, not `{name}`"));
        }
        let tpe =
            Algorithm::HyperoptTpe(HyperoptTpeSettings { gamma: 9.0, ..HyperoptTpeSettings::default() });
        let error = mix(vec![share(1.0, tpe)]).unwrap_err();
        assert_eq!(error, "algorithm.of.0.algorithm.gamma: must be > 0 and <= 2, not 9");
    }

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let tpe =
            |settings| Algorithm::HyperoptTpe(settings).validate().map_err(|refusal| refusal.to_string());
        let base = HyperoptTpeSettings::default;
        assert_eq!(tpe(base()), Ok(()));
        for gamma in [0.0, -1.0, 2.1, f64::NAN, f64::INFINITY] {
            let error = tpe(HyperoptTpeSettings { gamma, ..base() }).unwrap_err();
            assert_eq!(error, format!("algorithm.gamma: must be > 0 and <= 2, not {gamma}"));
        }
        let error = tpe(HyperoptTpeSettings { n_ei: 0, ..base() }).unwrap_err();
        assert_eq!(error, "algorithm.n_ei: must be from 1 to 10000, not 0");
        let error = tpe(HyperoptTpeSettings { prior_weight: f64::NAN, ..base() }).unwrap_err();
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
