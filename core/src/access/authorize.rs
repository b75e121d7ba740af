//! The one function that decides.

use crate::name::{ProjectName, TokenId};
use crate::{Code, Refusal};

use super::need::Need;
use super::scope::{Reach, Scope};

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The server asks nobody who they are: everything is allowed.
    Anyone,
    /// Whoever has a token with these scopes; without an id it is the administrator's own.
    Holder { token: Option<TokenId>, scopes: Vec<Scope> },
}

/// Where something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    Project(&'a ProjectName),
    /// In what belongs to no project, or to all of them: only a scope for `*` reaches it.
    Everywhere,
}

impl<'a> From<&'a ProjectName> for Place<'a> {
    fn from(project: &'a ProjectName) -> Self {
        Self::Project(project)
    }
}

impl<'a> From<&'a Reach> for Place<'a> {
    fn from(reach: &'a Reach) -> Self {
        match reach {
            Reach::Everywhere => Self::Everywhere,
            Reach::Project(project) => Self::Project(project),
        }
    }
}

/// Whether `identity` may do what is needed in this place. Nothing is allowed but by a scope.
///
/// # Errors
/// `forbidden`; the hint names the scope that is missing.
pub fn authorize<'a>(identity: &Identity, need: Need, place: impl Into<Place<'a>>) -> Result<(), Refusal> {
    let place = place.into();
    if identity.has(need, place) {
        return Ok(());
    }
    let (of, reach) = match place {
        Place::Project(project) => (format!("in project `{project}`"), project.as_str()),
        Place::Everywhere => ("for all projects".to_owned(), "*"),
    };
    let wanted = need.permissions()[0];
    Err(Refusal::new(Code::Forbidden, format!("the token does not allow `{wanted}` {of}"))
        .with_hint(format!("it takes a token with the scope `{wanted}@{reach}`")))
}

impl Identity {
    /// What [`authorize`] asks.
    fn has(&self, need: Need, place: Place<'_>) -> bool {
        let Self::Holder { scopes, .. } = self else { return true };
        let reaches = |scope: &Scope| match place {
            Place::Project(project) => scope.reach.covers(project),
            Place::Everywhere => scope.reach == Reach::Everywhere,
        };
        scopes.iter().any(|scope| need.permissions().contains(&scope.permission) && reaches(scope))
    }

    /// Whether there is a project in which this one may do one thing, and the other one another.
    #[must_use]
    pub fn shares_project(&self, need: Need, other: &Self, others: Need) -> bool {
        let Self::Holder { scopes, .. } = self else { return other.may_somewhere(others).is_ok() };
        scopes.iter().filter(|scope| self.has(need, (&scope.reach).into())).any(|scope| match &scope.reach {
            Reach::Everywhere => other.may_somewhere(others).is_ok(),
            Reach::Project(project) => other.has(others, project.into()),
        })
    }

    /// Whether there is any project in which this is allowed.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn may_somewhere(&self, need: Need) -> Result<(), Refusal> {
        let Self::Holder { scopes, .. } = self else { return Ok(()) };
        let allowed = |scope: &Scope| self.has(need, (&scope.reach).into());
        if scopes.iter().any(allowed) {
            return Ok(());
        }
        let wanted = need.permissions()[0];
        Err(Refusal::new(Code::Forbidden, format!("the token does not allow `{wanted}` in any project"))
            .with_hint(format!("it takes a token with the scope `{wanted}@PROJECT`")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Permission;
    use super::*;

    fn holder(scopes: &[&str]) -> Identity {
        let scopes = scopes.iter().map(|scope| scope.parse().expect("a scope")).collect();
        Identity::Holder { token: None, scopes }
    }

    /// Which permission is enough for which need: all pairs.
    #[test]
    fn each_permission_allows_just_what_the_table_says() {
        use Need::{Administer, Control, Create, Equip, Fetch, Read, Run};
        let table: [(Permission, &[Need]); 5] = [
            (Permission::StudyRead, &[Read, Fetch]),
            (Permission::StudyCreate, &[Create, Equip]),
            (Permission::StudyControl, &[Control, Run, Fetch, Equip]),
            (Permission::WorkerRun, &[Run, Fetch]),
            (Permission::Admin, &[Read, Create, Control, Run, Fetch, Equip, Administer]),
        ];
        let project = ProjectName::new("vision").expect("a name");
        let other = ProjectName::new("text").expect("a name");
        for (permission, allowed) in table {
            let here = holder(&[&format!("{permission}@vision")]);
            let everywhere = holder(&[&format!("{permission}@*")]);
            for need in Need::ALL {
                let wanted = allowed.contains(&need);
                assert_eq!(authorize(&here, need, &project).is_ok(), wanted, "{permission} {need:?}");
                assert!(authorize(&here, need, &other).is_err(), "{permission} {need:?} elsewhere");
                assert!(authorize(&here, need, Place::Everywhere).is_err(), "{permission} {need:?} *");
                for place in [Place::Project(&project), Place::Project(&other), Place::Everywhere] {
                    assert_eq!(authorize(&everywhere, need, place).is_ok(), wanted, "{permission} {need:?}");
                }
                assert_eq!(here.may_somewhere(need).is_ok(), wanted, "{permission} {need:?} somewhere");
            }
        }
    }

    #[test]
    fn without_a_scope_nothing_is_allowed_and_without_tokens_everything() {
        let project = ProjectName::default();
        for need in Need::ALL {
            let refusal = authorize(&holder(&[]), need, &project).expect_err("nothing allows it");
            assert_eq!(refusal.code, Code::Forbidden);
            assert!(holder(&[]).may_somewhere(need).is_err());
            authorize(&Identity::Anyone, need, Place::Everywhere).expect("nobody is asked");
        }
    }

    #[test]
    fn a_shared_project_is_found() {
        for (reader, worker, shared) in [
            (&["study:read@vision"][..], &["worker:run@vision"][..], true),
            (&["study:read@vision"], &["worker:run@*"], true),
            (&["study:read@*"], &["worker:run@text"], true),
            (&["study:read@vision"], &["worker:run@text"], false),
            (&["worker:run@vision"], &["worker:run@vision"], false),
            (&["admin@vision"], &["study:read@vision", "study:control@vision"], true),
        ] {
            let found = holder(reader).shares_project(Need::Read, &holder(worker), Need::Run);
            assert_eq!(found, shared, "{reader:?} {worker:?}");
        }
        assert!(Identity::Anyone.shares_project(Need::Read, &Identity::Anyone, Need::Run));
    }

    #[test]
    fn a_refusal_names_the_scope_that_is_missing() {
        let project = ProjectName::new("vision").expect("a name");
        let refusal = authorize(&holder(&["worker:run@*"]), Need::Read, &project).expect_err("refused");
        assert_eq!(refusal.message, "the token does not allow `study:read` in project `vision`");
        let hint = "it takes a token with the scope `study:read@vision`";
        assert_eq!(refusal.hint.as_deref(), Some(hint));
    }
}
