//! What evaluates a study's trials, where workers run functions.

use serde::{Deserialize, Serialize};

use crate::Refusal;

/// The longest `module:function`, in bytes.
const FUNCTION_LEN_MAX: usize = 512;
/// The longest version of Python or of cloudpickle, in bytes.
const VERSION_LEN_MAX: usize = 32;
const SHA256_LEN: usize = 64;

/// What evaluates trials. The server never imports or unpickles it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// `module:function`, which the worker imports: identifiers with dots between them, on both sides of the colon.
    Function(String),
    Pickled(PickledFunction),
}

/// A pickled function, kept as the study's attachment `objective/SHA256`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickledFunction {
    /// Of the attachment's content, 64 lowercase hexadecimal digits.
    pub sha256: String,
    /// In bytes; >= 1.
    pub size: u64,
    /// What pickled it, for example `3.11`; 1 to 32 bytes.
    pub python_version: String,
    /// For example `3.1.2`; 1 to 32 bytes.
    pub cloudpickle_version: String,
}

impl Objective {
    /// Checks the form; whether a worker can run it, only the worker knows.
    ///
    /// # Errors
    /// `invalid`, naming the part and what it must be.
    pub fn validate(&self) -> Result<(), Refusal> {
        match self {
            Self::Function(function) => check_function(function),
            Self::Pickled(pickled) => pickled.validate().map_err(|refusal| refusal.within("pickled")),
        }
        .map_err(|refusal| refusal.within("objective"))
    }
}

impl PickledFunction {
    fn validate(&self) -> Result<(), Refusal> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if self.sha256.len() != SHA256_LEN || !self.sha256.bytes().all(is_digit) {
            let message = format!("must be {SHA256_LEN} lowercase hexadecimal digits");
            return Err(Refusal::invalid("sha256", message));
        }
        if self.size == 0 {
            return Err(Refusal::invalid("size", "must be at least 1"));
        }
        check_version("python_version", &self.python_version)?;
        check_version("cloudpickle_version", &self.cloudpickle_version)
    }
}

fn check_version(field: &str, version: &str) -> Result<(), Refusal> {
    if version.is_empty() || version.len() > VERSION_LEN_MAX {
        let message = format!("must be of 1 to {VERSION_LEN_MAX} bytes, not {}", version.len());
        return Err(Refusal::invalid(field, message));
    }
    Ok(())
}

fn check_function(function: &str) -> Result<(), Refusal> {
    if function.len() > FUNCTION_LEN_MAX {
        let message = format!("must be at most {FUNCTION_LEN_MAX} bytes, not {}", function.len());
        return Err(Refusal::invalid("function", message));
    }
    let sides = function.split_once(':');
    if sides.is_some_and(|(module, name)| is_dotted(module) && is_dotted(name)) {
        return Ok(());
    }
    let shown: String = function.chars().take(60).collect();
    Err(Refusal::invalid("function", format!("must be `module:function`, not `{shown}`"))
        .with_hint("for example `training.vision:objective`, as one would import it"))
}

/// Identifiers with dots between them. Python's are any letters, so only what can be none of them is refused.
fn is_dotted(path: &str) -> bool {
    path.split('.').all(|name| {
        let mut letters = name.chars();
        letters.next().is_some_and(|first| first == '_' || first.is_alphabetic())
            && letters.all(|letter| letter == '_' || letter.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pickled() -> PickledFunction {
        PickledFunction {
            sha256: "0123456789abcdef".repeat(4),
            size: 1,
            python_version: "3.11".to_owned(),
            cloudpickle_version: "3.1.2".to_owned(),
        }
    }

    fn function(text: &str) -> Result<(), String> {
        Objective::Function(text.to_owned()).validate().map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_function_is_two_dotted_paths() {
        for legal in ["train:objective", "a.b.c:Model.run", "_m:_f", "größe2:messung"] {
            assert_eq!(function(legal), Ok(()));
        }
        for odd in [
            "",
            ":",
            "m:",
            ":f",
            "m",
            "m:f:g",
            "m..n:f",
            "m:f()",
            "1m:f",
            "m: f",
            "m-n:f",
            ".m:f",
            "m:f.<locals>.g",
        ] {
            let says = format!("objective.function: must be `module:function`, not `{odd}`");
            assert_eq!(function(odd), Err(says));
        }
        let long = format!("m:{}", "f".repeat(511));
        assert_eq!(function(&long), Err("objective.function: must be at most 512 bytes, not 513".to_owned()));
    }

    #[test]
    fn each_part_of_a_pickle_is_checked() {
        assert_eq!(Objective::Pickled(pickled()).validate(), Ok(()));
        type Break = fn(&mut PickledFunction);
        let cases: [(Break, &str); 7] = [
            (|p| p.sha256.truncate(63), "sha256: must be 64 lowercase hexadecimal digits"),
            (|p| p.sha256 = p.sha256.to_uppercase(), "sha256: must be 64 lowercase hexadecimal digits"),
            (|p| p.sha256 = "é".repeat(32), "sha256: must be 64 lowercase hexadecimal digits"),
            (|p| p.size = 0, "size: must be at least 1"),
            (|p| p.python_version.clear(), "python_version: must be of 1 to 32 bytes, not 0"),
            (|p| p.python_version = "3".repeat(33), "python_version: must be of 1 to 32 bytes, not 33"),
            (|p| p.cloudpickle_version.clear(), "cloudpickle_version: must be of 1 to 32 bytes, not 0"),
        ];
        for (break_it, says) in cases {
            let mut broken = pickled();
            break_it(&mut broken);
            let refusal = Objective::Pickled(broken).validate().expect_err(says);
            assert_eq!(refusal.to_string(), format!("objective.pickled.{says}"));
        }
    }
}
