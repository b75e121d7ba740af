//! The three kinds of values.

use serde_json::Value;

use super::{Distribution, ParamValue};

/// Which variant of [`ParamValue`] a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// An integer: `uniformint`, `randint`, `int`.
    Int,
    /// A finite float: all other numeric kinds, also the quantized ones.
    Float,
    /// The name of an option: `choice`, `pchoice`.
    Option,
}

impl ValueKind {
    /// For messages.
    pub(super) const fn must_be(self) -> &'static str {
        match self {
            Self::Int => "must be an integer",
            Self::Float => "must be a number",
            Self::Option => "must be the name of an option",
        }
    }

    /// The JSON value as a value of this kind: an integer also counts as a float, and a float without a fraction as an
    /// integer.
    pub(super) fn read(self, value: &Value) -> Option<ParamValue> {
        match self {
            Self::Int => integer(value).map(ParamValue::Int),
            Self::Float => value.as_f64().filter(|value| value.is_finite()).map(ParamValue::Float),
            Self::Option => value.as_str().map(|name| ParamValue::Option(name.to_owned())),
        }
    }
}

/// The integer that a JSON number is, also if it is written as a float (`1e6`); `None` if it is none or if a float
/// could not hold it exactly.
pub(super) fn integer(value: &Value) -> Option<i64> {
    let exact = |value: f64| value.fract() == 0.0 && value.abs() <= 2f64.powi(53);
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 2^53 was checked for")]
    value.as_i64().or_else(|| value.as_f64().filter(|value| exact(*value)).map(|value| value as i64))
}

impl Distribution {
    /// Which variant of [`ParamValue`] its values are.
    #[must_use]
    pub const fn value_kind(&self) -> ValueKind {
        match self {
            Self::UniformInt { .. } | Self::RandInt { .. } | Self::Int { .. } => ValueKind::Int,
            Self::Choice { .. } | Self::PChoice { .. } => ValueKind::Option,
            _ => ValueKind::Float,
        }
    }
}
