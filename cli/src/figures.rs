//! Figures for people's eyes.

use std::time::Duration;

use tunewright_core::Timestamp;
use tunewright_core::space::{ParamValue, Point};

use crate::durations;

/// A loss in at most six significant digits, without zeros that say nothing.
pub fn loss(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e7).contains(&magnitude) {
        let text = format!("{value:.5e}");
        return match text.split_once('e') {
            Some((digits, exponent)) => format!("{}e{exponent}", trimmed(digits)),
            None => text,
        };
    }
    // Digits before the point, at most 7 as checked above; zero and small values have none that count.
    let whole = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5].into_iter().filter(|bound| magnitude >= *bound).count();
    let leading_zeros = [1e-1, 1e-2, 1e-3].into_iter().filter(|bound| magnitude < *bound).count();
    trimmed(&format!("{value:.*}", 6 - whole + if magnitude == 0.0 { 0 } else { leading_zeros })).to_owned()
}

fn trimmed(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// `1 trial`, `2 trials`.
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A loss, or `-` where there is none.
pub fn loss_if_any(value: Option<f64>) -> String {
    value.map_or_else(nothing, loss)
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
        Some(figure) if !matches!(value, ParamValue::Int(_)) => {
            format!("{label}={}", loss(figure))
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
    use super::*;

    #[test]
    fn losses_are_short_and_exact_enough() {
        for (value, text) in [
            (0.0, "0"),
            (0.1, "0.1"),
            (-0.012_345_678, "-0.0123457"),
            (2.512_345_678, "2.51235"),
            (1234.5, "1234.5"),
            (123_456.789, "123457"),
            (0.000_123_456_7, "0.000123457"),
            (1e-9, "1e-9"),
            (2.5e12, "2.5e12"),
            (100.0, "100"),
        ] {
            assert_eq!(loss(value), text);
        }
        assert_eq!((count(1, "trial"), count(3, "trial")), ("1 trial".to_owned(), "3 trials".to_owned()));
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
