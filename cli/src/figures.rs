//! Numbers, times and points as people read them.

use std::time::Duration;

use tunewright_core::Timestamp;
use tunewright_core::space::Point;

use crate::durations;

/// A number with six significant digits and no needless zeros: `0.0105`, `1234.57`, `1.5e-9`.
pub fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { value.to_string() };
    }
    let scientific = format!("{value:.5e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent @ -5..=5) => {
            let decimals = usize::try_from(5 - exponent).unwrap_or(0);
            trimmed(&format!("{value:.decimals$}")).to_owned()
        }
        _ => format!("{}e{exponent}", trimmed(mantissa)),
    }
}

fn trimmed(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// A loss, or `-` where there is none.
pub fn loss(value: Option<f64>) -> String {
    value.map_or_else(nothing, number)
}

/// What stands where there is nothing.
pub fn nothing() -> String {
    "-".to_owned()
}

/// A time in UTC, to the second.
pub fn time(at: Timestamp) -> String {
    let seconds = i64::try_from(at.as_millis() / 1_000).ok();
    let time = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time.map_or_else(nothing, |time| time.to_string())
}

/// The time of day in UTC, to the second.
pub fn time_of_day(at: Timestamp) -> String {
    let seconds = at.as_millis() / 1_000 % 86_400;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// How long it took from the one to the other, or `-` if it has not ended, or not begun.
pub fn took(from: Option<Timestamp>, to: Option<Timestamp>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => durations::show(to.since(from)),
        _ => nothing(),
    }
}

/// A duration in milliseconds.
pub fn millis(ms: u64) -> String {
    durations::show(Duration::from_millis(ms))
}

/// A point in one line: `C=1.5 kernel=rbf`.
pub fn point(point: &Point) -> String {
    let values = point.iter().map(|(label, value)| match value.as_f64() {
        Some(figure) if !matches!(value, tunewright_core::space::ParamValue::Int(_)) => {
            format!("{label}={}", number(figure))
        }
        _ => format!("{label}={value}"),
    });
    let text = values.collect::<Vec<_>>().join(" ");
    if text.is_empty() { nothing() } else { text }
}

/// A configuration as YAML, as people write it.
///
/// # Errors
/// When YAML cannot say it.
pub fn yaml(config: &serde_json::Value) -> anyhow::Result<String> {
    Ok(serde_saphyr::to_string(config)?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use tunewright_core::space::ParamValue;

    use super::*;

    #[test]
    fn numbers_have_six_significant_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.0105, "0.0105"),
            (1_234.567_89, "1234.57"),
            (123_456.7, "123457"),
            (999_999.7, "1e6"),
            (1_234_567.0, "1.23457e6"),
            (-0.000_012_345_678, "-0.0000123457"),
            (1.5e-9, "1.5e-9"),
            (2.0, "2"),
            (100.0, "100"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn times_and_points_are_short() {
        assert_eq!(time(Timestamp(1_700_000_000_999)), "2023-11-14T22:13:20Z");
        assert_eq!(time_of_day(Timestamp(1_700_000_000_999)), "22:13:20");
        assert_eq!(took(Some(Timestamp(1_000)), Some(Timestamp(84_000))), "1m23s");
        assert_eq!(took(None, Some(Timestamp(9))), "-");
        let mut values = Point::default();
        values.set("C", ParamValue::Float(1.0 / 3.0));
        values.set("kernel", ParamValue::Option("rbf".to_owned()));
        values.set("layers", ParamValue::Int(12_345_678));
        assert_eq!(point(&values), "C=0.333333 kernel=rbf layers=12345678");
    }
}
