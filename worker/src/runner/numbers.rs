//! Numbers as scripts write them, which JSON alone does not allow.

use serde_json::Value;

/// The same JSON with the bare words `NaN`, `Infinity` and `-Infinity`, which Python and others write, made
/// strings, so that a strict parser reads it; also numbers beyond the range of a float.
pub(super) fn quoted(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 8);
    let mut rest = json;
    let mut in_string = false;
    while let Some(first) = rest.chars().next() {
        let mut taken = first.len_utf8();
        if in_string {
            if first == '\\' {
                taken += rest[taken..].chars().next().map_or(0, char::len_utf8);
            }
            in_string = first != '"';
            out.push_str(&rest[..taken]);
        } else if let Some(word) =
            ["NaN", "-NaN", "Infinity", "-Infinity"].into_iter().find(|word| rest.starts_with(word))
        {
            taken = word.len();
            out.push_str(&format!("\"{word}\""));
        } else if first.is_ascii_digit() || first == '-' {
            let number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
            taken = rest.find(|c| !number(c)).unwrap_or(rest.len());
            let text = &rest[..taken];
            match text.parse::<f64>() {
                Ok(value) if value.is_infinite() => out.push_str(&format!("\"{text}\"")),
                _ => out.push_str(text),
            }
        } else {
            in_string = first == '"';
            out.push(first);
        }
        rest = &rest[taken..];
    }
    out
}

/// A number, or a string that is one (also `nan` and `inf`).
pub(super) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// An integer from 0, also one written as a float, below 2^53.
pub(super) fn whole(value: &Value) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
    value.as_u64().or_else(|| {
        value
            .as_f64()
            .filter(|number| number.fract() == 0.0 && (0.0..EXACT).contains(number))
            .map(|number| number as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_inside_strings_are_left_alone() {
        assert_eq!(
            quoted(r#"{"NaN": NaN, "a\"NaN": -Infinity}"#),
            r#"{"NaN": "NaN", "a\"NaN": "-Infinity"}"#
        );
        assert_eq!(quoted(r#"[1, -2.5e3, 1e999, "é\\", NaN]"#), r#"[1, -2.5e3, "1e999", "é\\", "NaN"]"#);
        assert_eq!(quoted("\"\\"), "\"\\");
    }

    #[test]
    fn whole_numbers_are_read_from_either_form() {
        for (json, expected) in
            [("3", Some(3)), ("3.0", Some(3)), ("-1", None), ("0.5", None), ("\"3\"", None)]
        {
            assert_eq!(whole(&serde_json::from_str(json).expect("json")), expected, "{json}");
        }
    }
}
