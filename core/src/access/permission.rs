//! What a scope allows.

use std::fmt;

/// What a scope allows, in the projects that it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// See studies, their trials, their attachments and who works for them.
    StudyRead,
    /// Create studies, and attach to them what their objective needs.
    StudyCreate,
    /// Change, stop and delete studies and their trials; and all that `WorkerRun` allows.
    StudyControl,
    /// Lease trials, tell how they ended, and see the study that they are of. It does not show the other trials.
    WorkerRun,
    /// All of the others, and tokens for them.
    Admin,
}

impl Permission {
    pub const ALL: [Self; 5] =
        [Self::StudyRead, Self::StudyCreate, Self::StudyControl, Self::WorkerRun, Self::Admin];

    /// Its name in scopes, for example `study:read`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StudyRead => "study:read",
            Self::StudyCreate => "study:create",
            Self::StudyControl => "study:control",
            Self::WorkerRun => "worker:run",
            Self::Admin => "admin",
        }
    }

    /// The permission of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == name)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
