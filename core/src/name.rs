//! Names and ids, each a type of its own so that they cannot be mixed up.
//!
//! ```compile_fail
//! use tunewright_core::name::{PoolName, ProjectName};
//! let pool: PoolName = ProjectName::default();
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Refusal;

/// The longest name, in bytes.
pub const NAME_LEN_MAX: usize = 128;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A checked name: 1 to [`NAME_LEN_MAX`] of `A-Z a-z 0-9 . _ -`, starting with a letter or digit.
            ///
            /// # Errors
            /// `invalid`, naming the field.
            pub fn new(name: impl Into<String>) -> Result<Self, Refusal> {
                let name = name.into();
                check_name($what, &name)?;
                Ok(Self(name))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Refusal;

            fn try_from(name: String) -> Result<Self, Refusal> {
                Self::new(name)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

name_type!(
    /// A project: the namespace of studies.
    ProjectName,
    "project"
);
name_type!(
    /// A study's name, unique within its project.
    StudyName,
    "study"
);
name_type!(
    /// A pool of workers; a study names the pool whose workers may run it.
    PoolName,
    "pool"
);
name_type!(
    /// A study's id: made by the server, unique for ever, also when a name is used again.
    StudyId,
    "study_id"
);
name_type!(
    /// One process of a worker; unique per process start, so a restarted worker is another one.
    WorkerId,
    "worker"
);
name_type!(
    /// One lease of one attempt; with the attempt's number it is the fencing token.
    LeaseId,
    "lease_id"
);
name_type!(
    /// What an access token is called in lists and logs. It gives nobody access.
    TokenId,
    "token_id"
);

impl Default for ProjectName {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl Default for PoolName {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

fn check_name(field: &str, name: &str) -> Result<(), Refusal> {
    let shown = || name.chars().take(40).collect::<String>();
    if name.is_empty() {
        return Err(Refusal::invalid(field, "must not be empty"));
    }
    if name.len() > NAME_LEN_MAX {
        return Err(Refusal::invalid(
            field,
            format!("must be at most {NAME_LEN_MAX} bytes, not {}", name.len()),
        ));
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if let Some(bad) = name.chars().find(|c| !legal(*c)) {
        let message = format!("must be made of letters, digits, `.`, `_` and `-`; `{}` has {bad:?}", shown());
        return Err(Refusal::invalid(field, message));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(Refusal::invalid(
            field,
            format!("must start with a letter or a digit, not `{}`", shown()),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_the_field_is_named() {
        assert_eq!(StudyName::new("digits-v1.2_a").map(String::from), Ok("digits-v1.2_a".to_owned()));
        for (name, says) in [
            ("", "study: must not be empty"),
            ("a b", "study: must be made of letters, digits, `.`, `_` and `-`; `a b` has ' '"),
            ("-x", "study: must start with a letter or a digit, not `-x`"),
        ] {
            assert_eq!(StudyName::new(name).expect_err("refused").to_string(), says);
        }
        let long = "x".repeat(NAME_LEN_MAX + 1);
        assert!(StudyName::new(&long[1..]).is_ok());
        assert!(StudyName::new(long).is_err());
    }
}
