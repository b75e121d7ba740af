//! The value of one parameter.

use tunewright_core::Refusal;
use tunewright_core::space::ParamValue;

use super::field::refuse;
use crate::v1::{self, param_value::Kind};

impl TryFrom<v1::ParamValue> for ParamValue {
    type Error = Refusal;

    fn try_from(value: v1::ParamValue) -> Result<Self, Refusal> {
        match value.kind {
            Some(Kind::IntValue(value)) => Ok(Self::Int(value)),
            Some(Kind::DoubleValue(value)) if value.is_finite() => Ok(Self::Float(value)),
            Some(Kind::DoubleValue(value)) => Err(refuse(format!("must be a finite number, not `{value}`"))),
            Some(Kind::Option(name)) => Ok(Self::Option(name)),
            None => Err(refuse("must be an integer, a float or the name of an option")),
        }
    }
}

impl From<ParamValue> for v1::ParamValue {
    fn from(value: ParamValue) -> Self {
        let kind = match value {
            ParamValue::Int(value) => Kind::IntValue(value),
            ParamValue::Float(value) => Kind::DoubleValue(value),
            ParamValue::Option(name) => Kind::Option(name),
        };
        Self { kind: Some(kind) }
    }
}
