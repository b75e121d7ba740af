//! Figures for people's eyes.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_short_and_exact_enough() {
        for (value, text) in [
            (0.0, "0"),
            (0.1, "0.1"),
            (-0.012_345_678, "-0.0123457"),
            (3.141_592_653, "3.14159"),
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
}
