//! JSON-like values; integers are kept apart from floats.

use serde_json::Value as Json;
use tunewright_core::Refusal;

use super::field::refuse;
use crate::v1::{self, value::Kind};

/// The most levels of lists and maps in a value: far more than people write, few enough for any stack.
pub const VALUE_DEPTH_MAX: usize = 64;

impl TryFrom<v1::Value> for Json {
    type Error = Refusal;

    fn try_from(value: v1::Value) -> Result<Self, Refusal> {
        json(value, VALUE_DEPTH_MAX)
    }
}

impl TryFrom<&Json> for v1::Value {
    type Error = Refusal;

    /// Refused are integers beyond 64 signed bits and values deeper than [`VALUE_DEPTH_MAX`].
    fn try_from(value: &Json) -> Result<Self, Refusal> {
        wire(value, VALUE_DEPTH_MAX)
    }
}

fn deeper(levels: usize) -> Result<usize, Refusal> {
    levels.checked_sub(1).ok_or_else(|| refuse(format!("must be at most {VALUE_DEPTH_MAX} levels deep")))
}

fn json(value: v1::Value, levels: usize) -> Result<Json, Refusal> {
    Ok(match value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(value)) => Json::Bool(value),
        Some(Kind::IntValue(value)) => Json::from(value),
        Some(Kind::DoubleValue(value)) => Json::Number(
            serde_json::Number::from_f64(value)
                .ok_or_else(|| refuse(format!("must be a finite number, not `{value}`")))?,
        ),
        Some(Kind::StringValue(value)) => Json::String(value),
        Some(Kind::ListValue(list)) => {
            let levels = deeper(levels)?;
            let items = list.items.into_iter().enumerate();
            let items = items.map(|(at, item)| json(item, levels).map_err(|e| e.within(&at.to_string())));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        Some(Kind::MapValue(map)) => {
            let levels = deeper(levels)?;
            let entries = map.entries.into_iter();
            let entries = entries.map(|(key, item)| match json(item, levels) {
                Ok(item) => Ok((key, item)),
                Err(refusal) => Err(refusal.within(&key)),
            });
            Json::Object(entries.collect::<Result<_, _>>()?)
        }
    })
}

fn wire(value: &Json, levels: usize) -> Result<v1::Value, Refusal> {
    let kind = match value {
        Json::Null => Kind::NullValue(true),
        Json::Bool(value) => Kind::BoolValue(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Kind::IntValue(value),
            (None, Some(value)) if number.is_f64() => Kind::DoubleValue(value),
            _ => return Err(refuse(format!("must be an integer of at most {}, not `{number}`", i64::MAX))),
        },
        Json::String(value) => Kind::StringValue(value.clone()),
        Json::Array(items) => {
            let levels = deeper(levels)?;
            let items = items.iter().enumerate();
            let items = items.map(|(at, item)| wire(item, levels).map_err(|e| e.within(&at.to_string())));
            Kind::ListValue(v1::ValueList { items: items.collect::<Result<_, _>>()? })
        }
        Json::Object(entries) => {
            let levels = deeper(levels)?;
            let entries = entries.iter().map(|(key, item)| match wire(item, levels) {
                Ok(item) => Ok((key.clone(), item)),
                Err(refusal) => Err(refusal.within(key)),
            });
            Kind::MapValue(v1::ValueMap { entries: entries.collect::<Result<_, _>>()? })
        }
    };
    Ok(v1::Value { kind: Some(kind) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Json::from),
            ".{0,8}".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
                prop::collection::btree_map(".{0,4}", inner, 0..5)
                    .prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_crosses_the_wire_whole(value in any_json()) {
            let there = v1::Value::try_from(&value).expect("every such value can be sent");
            prop_assert_eq!(Json::try_from(there), Ok(value));
        }
    }

    #[test]
    fn integers_stay_apart_from_floats() {
        for value in [json!(3), json!(3.0), json!(-0.0), json!(i64::MIN), json!(1e300)] {
            let there = v1::Value::try_from(&value).expect("a number");
            let back = Json::try_from(there).expect("the same number");
            assert_eq!(back.to_string(), value.to_string());
        }
    }

    #[test]
    fn what_json_cannot_say_is_refused_with_its_path() {
        let number = |kind| v1::Value { kind: Some(kind) };
        let list = |items| number(Kind::ListValue(v1::ValueList { items }));
        let nan = list(vec![number(Kind::BoolValue(true)), list(vec![number(Kind::DoubleValue(f64::NAN))])]);
        let refusal = Json::try_from(nan).expect_err("NaN");
        assert_eq!(refusal.to_string(), "1.0: must be a finite number, not `NaN`");

        let huge = json!({"a": [u64::MAX]});
        let refusal = v1::Value::try_from(&huge).expect_err("beyond 64 signed bits");
        assert_eq!(
            refusal.to_string(),
            "a.0: must be an integer of at most 9223372036854775807, not `18446744073709551615`"
        );

        let deep = (0..=VALUE_DEPTH_MAX).fold(number(Kind::BoolValue(true)), |inner, _| list(vec![inner]));
        let refusal = Json::try_from(deep).expect_err("too deep");
        assert_eq!(refusal.message, "must be at most 64 levels deep");
        let deep = (0..=VALUE_DEPTH_MAX).fold(json!(1), |inner, _| json!([inner]));
        assert!(v1::Value::try_from(&deep).is_err());
    }
}
