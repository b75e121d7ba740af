//! The value of one parameter.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The value of one parameter in a point.
///
/// In JSON a plain number or string: `3` is an integer, `3.0` a float, `"svm"` the name of a choice's option.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParamValue {
    Int(i64),
    /// Always finite.
    Float(f64),
    /// The name of the chosen option of a `choice` or `pchoice`.
    Option(String),
}

impl ParamValue {
    /// The value as a number; `None` for an option.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "integers beyond 2^53 only lose digits in densities"
            )]
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Option(_) => None,
        }
    }
}

impl fmt::Display for ParamValue {
    /// The value as a command line wants it: no quotes, floats in their shortest exact form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Option(name) => f.write_str(name),
        }
    }
}
