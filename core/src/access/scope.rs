//! A permission and where it holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::permission::Permission;
use crate::Refusal;
use crate::name::ProjectName;

/// Where a permission holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// In all projects, and in what belongs to none; written `*`.
    Everywhere,
    Project(ProjectName),
}

/// A permission and where it holds; written `study:read@vision` or `study:read@*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope {
    pub permission: Permission,
    pub reach: Reach,
}

impl Reach {
    /// Whether it holds in this project.
    #[must_use]
    pub fn covers(&self, project: &ProjectName) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Project(own) => own == project,
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => f.write_str("*"),
            Self::Project(project) => project.fmt(f),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.permission, self.reach)
    }
}

impl FromStr for Scope {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let shown: String = text.chars().take(60).collect();
        let refuse = |message: String| {
            let names: Vec<_> = Permission::ALL.iter().map(|it| format!("`{it}`")).collect();
            Refusal::invalid("scope", message).with_hint(format!(
                "write `PERMISSION@PROJECT`, or `PERMISSION@*` for all projects; the permissions are {}",
                names.join(", ")
            ))
        };
        let (permission, reach) = text
            .split_once('@')
            .ok_or_else(|| refuse(format!("must say the project it is for, which `{shown}` does not")))?;
        let permission = Permission::from_name(permission)
            .ok_or_else(|| refuse(format!("must begin with a permission, which `{shown}` does not")))?;
        let reach = match reach {
            "*" => Reach::Everywhere,
            project => Reach::Project(ProjectName::new(project).map_err(|refusal| refusal.within("scope"))?),
        };
        Ok(Self { permission, reach })
    }
}

impl TryFrom<String> for Scope {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for permission in Permission::ALL {
            for reach in ["*", "default", "vision-2"] {
                let text = format!("{permission}@{reach}");
                assert_eq!(text.parse::<Scope>().expect("a scope").to_string(), text);
            }
        }
        for (text, says) in [
            ("", "scope: must say the project it is for, which `` does not"),
            ("admin", "scope: must say the project it is for, which `admin` does not"),
            ("study:write@x", "scope: must begin with a permission, which `study:write@x` does not"),
            ("Admin@*", "scope: must begin with a permission, which `Admin@*` does not"),
            ("admin@", "scope.project: must not be empty"),
            ("admin@**", "scope.project: must be made of letters, digits, `.`, `_` and `-`; `**` has '*'"),
        ] {
            assert_eq!(text.parse::<Scope>().expect_err("refused").to_string(), says);
        }
    }
}
