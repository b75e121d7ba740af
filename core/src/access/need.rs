//! What a call needs.

use super::permission::Permission;

/// What a call needs to be allowed in the project of its request. `admin` allows everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// See studies and their history.
    Read,
    /// Create a study.
    Create,
    /// Change a study or a trial, or add to the history.
    Control,
    /// Lease trials and tell what became of them.
    Run,
    /// Have what evaluating trials of a study takes: the study as it stands, and an attachment. Not its trials.
    Fetch,
    /// Attach to a study itself, as its creator does.
    Equip,
    /// Look after tokens and workers.
    Administer,
}

impl Need {
    pub const ALL: [Self; 7] =
        [Self::Read, Self::Create, Self::Control, Self::Run, Self::Fetch, Self::Equip, Self::Administer];

    /// The permissions of which one is enough; the first is the one to ask for.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Read => &[Permission::StudyRead, Permission::Admin],
            Self::Create => &[Permission::StudyCreate, Permission::Admin],
            Self::Control => &[Permission::StudyControl, Permission::Admin],
            Self::Run => &[Permission::WorkerRun, Permission::StudyControl, Permission::Admin],
            Self::Fetch => {
                &[Permission::StudyRead, Permission::WorkerRun, Permission::StudyControl, Permission::Admin]
            }
            Self::Equip => &[Permission::StudyCreate, Permission::StudyControl, Permission::Admin],
            Self::Administer => &[Permission::Admin],
        }
    }
}
