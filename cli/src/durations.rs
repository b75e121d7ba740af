//! Durations as people write them: `30s`, `1m30s`, `500ms`.

use std::time::Duration;

use tunewright_core::Refusal;

const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Reads a duration: whole numbers, each with a unit of `ms s m h d`, largest first or not; `0` needs no unit.
///
/// # Errors
/// `invalid`, without a field: the caller knows it.
pub fn parse(text: &str) -> Result<Duration, Refusal> {
    let refused = || {
        let message = format!("`{text}` must be a duration such as `30s`, `500ms` or `1h30m`");
        Refusal::new(tunewright_core::Code::Invalid, message)
    };
    let mut rest = text.trim();
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    if rest.is_empty() {
        return Err(refused());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(refused)?;
        let count: u64 = rest[..digits].parse().map_err(|_| refused())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (_, unit_ms) =
            UNITS.into_iter().find(|(unit, _)| *unit == &rest[..letters]).ok_or_else(refused)?;
        rest = &rest[letters..];
        total = count.checked_mul(unit_ms).and_then(|ms| total.checked_add(ms)).ok_or_else(refused)?;
    }
    Ok(Duration::from_millis(total))
}

/// A duration for people: its two largest units, `1h05m`, `2m03s`, `4.2s`.
pub fn show(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) if seconds < 10 => format!("{:.1}s", duration.as_secs_f64()),
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (..24, _) => format!("{hours}h{minutes:02}m"),
        _ => format!("{}d{:02}h", hours / 24, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown() {
        for (text, ms) in [("0", 0), ("500ms", 500), ("30s", 30_000), ("1m30s", 90_000), ("2d", 172_800_000)]
        {
            assert_eq!(parse(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for (ms, text) in [
            (4_230, "4.2s"),
            (42_000, "42s"),
            (123_000, "2m03s"),
            (3_900_000, "1h05m"),
            (183_600_000, "2d03h"),
        ] {
            assert_eq!(show(Duration::from_millis(ms)), text);
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "30", "s", "1.5s", "-1s", "10 s", "1x", "99999999999999999999s", "9999999999999999d"]
        {
            let refusal = parse(text).expect_err(text);
            assert_eq!(
                refusal.message,
                format!("`{text}` must be a duration such as `30s`, `500ms` or `1h30m`")
            );
        }
    }
}
