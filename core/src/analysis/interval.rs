//! A stretch of numbers as people write it.

/// A stretch of numbers; its ends belong to it or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    low: f64,
    low_is_in: bool,
    high: f64,
    high_is_in: bool,
}

impl Interval {
    const ALL: Self = Self { low: f64::NEG_INFINITY, low_is_in: true, high: f64::INFINITY, high_is_in: true };

    /// Reads `<3`, `<=3`, `>3`, `>=3`, `1..2`, `1..`, `..2` or `3`. Times in milliseconds may have a unit: `ms`, `s`, `m` or
    /// `min`, `h`, `d`. `None` for anything else, and for what is no finite number.
    pub(super) fn parse(text: &str, is_time: bool) -> Option<Self> {
        let number = |text: &str| if is_time { milliseconds(text) } else { finite(text) };
        let below = |text, high_is_in| Some(Self { high: number(text)?, high_is_in, ..Self::ALL });
        let above = |text, low_is_in| Some(Self { low: number(text)?, low_is_in, ..Self::ALL });
        if let Some(rest) = text.strip_prefix("<=") {
            below(rest, true)
        } else if let Some(rest) = text.strip_prefix('<') {
            below(rest, false)
        } else if let Some(rest) = text.strip_prefix(">=") {
            above(rest, true)
        } else if let Some(rest) = text.strip_prefix('>') {
            above(rest, false)
        } else if let Some((low, high)) = text.split_once("..") {
            let low = if low.is_empty() { f64::NEG_INFINITY } else { number(low)? };
            let high = if high.is_empty() { f64::INFINITY } else { number(high)? };
            Some(Self { low, high, ..Self::ALL })
        } else {
            let value = number(text)?;
            Some(Self { low: value, high: value, ..Self::ALL })
        }
    }

    /// Whether it holds this number; it holds no NaN.
    pub(super) fn holds(&self, value: f64) -> bool {
        let above = value > self.low || self.low_is_in && value == self.low;
        let below = value < self.high || self.high_is_in && value == self.high;
        above && below
    }
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn milliseconds(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 6] =
        [("ms", 1.0), ("s", 1e3), ("min", 6e4), ("m", 6e4), ("h", 3.6e6), ("d", 8.64e7)];
    for (unit, length) in UNITS {
        if let Some(number) = text.strip_suffix(unit) {
            return finite(number).map(|number| number * length);
        }
    }
    finite(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_in_where_they_are_said_to_be() {
        for (text, holds) in [
            ("<2", [true, true, false, false]),
            ("<=2", [true, true, true, false]),
            (">1", [false, false, true, true]),
            (">=1", [false, true, true, true]),
            ("1..2", [false, true, true, false]),
            ("..1", [true, true, false, false]),
            ("2..", [false, false, true, true]),
            ("2e0", [false, false, true, false]),
        ] {
            let interval = Interval::parse(text, false).unwrap();
            assert_eq!([0.0, 1.0, 2.0, 3.0].map(|value| interval.holds(value)), holds, "{text}");
            assert!(!interval.holds(f64::NAN));
        }
        for text in ["", "<", "x", "1..x", "nan", "<inf", "1s"] {
            assert_eq!(Interval::parse(text, false), None, "{text}");
        }
    }

    #[test]
    fn times_have_units() {
        for (text, ms) in [
            ("90", 90.0),
            ("90ms", 90.0),
            ("1.5s", 1_500.0),
            ("2m", 120_000.0),
            ("1min", 60_000.0),
            ("1h", 3.6e6),
        ] {
            assert!(Interval::parse(text, true).unwrap().holds(ms), "{text}");
        }
    }
}
