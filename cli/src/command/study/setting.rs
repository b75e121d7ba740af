//! Settings that can be given or taken away: `--max-trials 100`, `--max-trials none`.

use std::fmt::Display;
use std::str::FromStr;

use tunewright_core::{Code, Refusal};

/// What a part of a study shall be from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting<T> {
    To(T),
    /// There shall be no such limit.
    None,
}

impl<T> Setting<T> {
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::To(value) => Some(value),
            Self::None => None,
        }
    }

    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Setting<U> {
        match self {
            Self::To(value) => Setting::To(to(value)),
            Self::None => Setting::None,
        }
    }

    /// Reads `none`, or a value by `read`.
    pub fn read<E>(text: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Result<Self, E> {
        if text == "none" { Ok(Self::None) } else { read(text).map(Self::To) }
    }
}

/// Reads `none` or a value.
pub fn setting<T>(text: &str) -> Result<Setting<T>, Refusal>
where
    T: FromStr<Err: Display>,
{
    Setting::read(text, |text| {
        text.parse().map_err(|error: T::Err| {
            Refusal::new(Code::Invalid, format!("`{text}` must be a number or `none` ({error})"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_a_value_or_none() {
        assert_eq!(setting::<u64>("12"), Ok(Setting::To(12)));
        assert_eq!(setting::<u64>("none"), Ok(Setting::None));
        assert_eq!(
            setting::<u64>("-1").expect_err("refused").message,
            "`-1` must be a number or `none` (invalid digit found in string)"
        );
    }
}
