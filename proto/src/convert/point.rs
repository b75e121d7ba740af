//! Points: values by label.

use tunewright_core::Refusal;
use tunewright_core::space::{ParamValue, Point};

use crate::v1;

impl TryFrom<v1::Point> for Point {
    type Error = Refusal;

    fn try_from(point: v1::Point) -> Result<Self, Refusal> {
        let values = point.values.into_iter();
        values
            .map(|(label, value)| match ParamValue::try_from(value) {
                Ok(value) => Ok((label, value)),
                Err(refusal) => Err(refusal.within(&label)),
            })
            .collect()
    }
}

impl From<Point> for v1::Point {
    fn from(point: Point) -> Self {
        Self { values: point.0.into_iter().map(|(label, value)| (label, value.into())).collect() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = ParamValue> {
        prop_oneof![
            any::<i64>().prop_map(ParamValue::Int),
            any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(ParamValue::Float),
            ".{0,8}".prop_map(ParamValue::Option),
        ]
    }

    proptest! {
        #[test]
        fn a_point_crosses_the_wire_whole(values in prop::collection::btree_map(".{0,6}", any_value(), 0..8)) {
            let point = Point(values);
            prop_assert_eq!(Point::try_from(v1::Point::from(point.clone())), Ok(point));
        }
    }

    #[test]
    fn a_bad_value_is_refused_by_its_label() {
        for (value, says) in [
            (None, "svm.C: must be an integer, a float or the name of an option"),
            (
                Some(v1::param_value::Kind::DoubleValue(f64::INFINITY)),
                "svm.C: must be a finite number, not `inf`",
            ),
        ] {
            let values = [("svm.C".to_owned(), v1::ParamValue { kind: value })].into();
            let refusal = Point::try_from(v1::Point { values }).expect_err("refused");
            assert_eq!(refusal.to_string(), says);
        }
    }
}
