//! What clients may send: numbers that are finite, texts that are short.

use std::collections::BTreeMap;
use std::io;

use super::super::{Trial, TrialResult};
use crate::Refusal;

const METRICS_MAX: usize = 1_000;
const METRIC_NAME_LEN_MAX: usize = 256;
const KEY_LEN_MAX: usize = 256;
const MESSAGE_LEN_MAX: usize = 4 * 1024;
const OUTPUT_LEN_MAX: usize = 64 * 1024;

/// # Errors
/// `invalid` unless the loss is finite.
pub(super) fn check_loss(loss: f64) -> Result<(), Refusal> {
    check_finite("loss", loss)
}

/// # Errors
/// `invalid` unless all are finite, their names short, and they are not too many.
pub(super) fn check_metrics(metrics: &BTreeMap<String, f64>) -> Result<(), Refusal> {
    if metrics.len() > METRICS_MAX {
        let message = format!("must be at most {METRICS_MAX}, not {}", metrics.len());
        return Err(Refusal::invalid("metrics", message));
    }
    for (name, value) in metrics {
        if name.is_empty() || name.len() > METRIC_NAME_LEN_MAX {
            let message =
                format!("must have names of 1 to {METRIC_NAME_LEN_MAX} bytes; one has {}", name.len());
            return Err(Refusal::invalid("metrics", message));
        }
        check_finite(&format!("metrics.{name}"), *value)?;
    }
    Ok(())
}

/// # Errors
/// `invalid` unless what an attempt told beside its loss is short.
pub(super) fn check_result(result: &TrialResult) -> Result<(), Refusal> {
    let mut written = Length(0);
    let problem = serde_json::to_writer(&mut written, result).err();
    if let Some(error) = problem {
        return Err(Refusal::invalid("result", format!("must be what JSON can hold: {error}")));
    }
    let (length, most) = (written.0, Trial::RESULT_LEN_MAX);
    if length > most {
        let hint = "keep what is large as an attachment of the trial";
        let message = format!("must be at most {most} bytes as JSON, not {length}");
        return Err(Refusal::invalid("result", message).with_hint(hint));
    }
    Ok(())
}

/// Counts the bytes that are written into it.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn check_finite(field: &str, value: f64) -> Result<(), Refusal> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Refusal::invalid(field, format!("must be a finite number, not {value}")))
}

/// # Errors
/// `invalid` unless an idempotency key or a client's id is of 1 to 256 bytes.
pub(super) fn check_key(field: &str, key: &str) -> Result<(), Refusal> {
    if key.is_empty() || key.len() > KEY_LEN_MAX {
        let message = format!("must be of 1 to {KEY_LEN_MAX} bytes, not {}", key.len());
        return Err(Refusal::invalid(field, message));
    }
    Ok(())
}

/// As much of the start of a message as is kept.
pub(super) fn message_head(message: &str) -> &str {
    let mut end = message.len().min(MESSAGE_LEN_MAX);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    &message[..end]
}

/// As much of the end of an output as is kept.
pub(super) fn output_tail(output: &str) -> &str {
    let mut start = output.len().saturating_sub(OUTPUT_LEN_MAX);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    &output[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_is_refused_by_its_name() {
        for (value, says) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")] {
            let refusal = check_loss(value).expect_err("refused");
            assert_eq!(refusal.to_string(), format!("loss: must be a finite number, not {says}"));
            let metrics = BTreeMap::from([("acc".to_owned(), 0.5), ("auc".to_owned(), value)]);
            let refusal = check_metrics(&metrics).expect_err("refused");
            assert_eq!(refusal.to_string(), format!("metrics.auc: must be a finite number, not {says}"));
        }
    }

    #[test]
    fn metrics_are_limited_in_number_and_name() {
        let many = |count: usize| (0..count).map(|i| (format!("m{i}"), 0.0)).collect::<BTreeMap<_, _>>();
        assert_eq!(check_metrics(&many(1_000)), Ok(()));
        let refusal = check_metrics(&many(1_001)).expect_err("refused");
        assert_eq!(refusal.to_string(), "metrics: must be at most 1000, not 1001");
        let named = |length: usize| BTreeMap::from([("x".repeat(length), 0.0)]);
        assert_eq!(check_metrics(&named(256)), Ok(()));
        for length in [0, 257] {
            let refusal = check_metrics(&named(length)).expect_err("refused");
            let says = format!("metrics: must have names of 1 to 256 bytes; one has {length}");
            assert_eq!(refusal.to_string(), says);
        }
    }

    #[test]
    fn what_is_told_is_limited_as_it_is_written() {
        let told = |length: usize| TrialResult::from_iter([("k".to_owned(), "x".repeat(length).into())]);
        // {"k":"..."}
        assert_eq!(check_result(&told(65_536 - 8)), Ok(()));
        let refusal = check_result(&told(65_536 - 7)).expect_err("refused");
        assert_eq!(refusal.to_string(), "result: must be at most 65536 bytes as JSON, not 65537");
        assert!(refusal.hint.is_some());
        assert_eq!(check_result(&TrialResult::default()), Ok(()));
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(message_head("short"), "short");
        assert_eq!(output_tail("short"), "short");
        let long = "é".repeat(OUTPUT_LEN_MAX);
        let shifted = format!("x{long}y");
        assert_eq!(message_head(&long).len(), MESSAGE_LEN_MAX);
        assert_eq!(message_head(&shifted).len(), MESSAGE_LEN_MAX - 1);
        assert_eq!(output_tail(&long).len(), OUTPUT_LEN_MAX);
        assert_eq!(output_tail(&shifted).len(), OUTPUT_LEN_MAX - 1);
        assert!(output_tail(&shifted).ends_with("éy"));
    }
}
