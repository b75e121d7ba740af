//! Opening the study that is filled: a new one, or one that an earlier run has begun.

use tunewright::{Code, Error, StudyInfo, StudyRef, StudySpec, UpdateStudy};

use super::{DemoDataArgs, space};
use crate::context::Context;
use crate::failure::Failed;

/// The study that is filled.
#[derive(Debug)]
pub struct Demo {
    pub study: StudyRef,
    /// As it was found.
    pub info: StudyInfo,
    pub created: bool,
}

impl Demo {
    /// Creates the study, or opens it if it is one of ours with the same seed; its budget grows if more trials are wanted.
    ///
    /// # Errors
    /// When no server answers, or when a study of this name is another one.
    pub async fn open(args: &DemoDataArgs, context: &Context) -> anyhow::Result<Self> {
        let study = StudyRef::new(context.project.clone(), args.study.clone());
        let spec = space::spec(args)?;
        let client = context.client().await?;
        let there = client.study(study.clone());
        let info = match there.info().await {
            Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => {
                let (info, created) = client.create_study(&study, &spec).await?;
                return Ok(Self { study, info, created });
            }
            info => info?,
        };
        check(&info, &spec)?;
        let wants_more = info.spec.budget.max_trials.is_some_and(|max| max < args.trials);
        let info = if wants_more {
            let update = UpdateStudy { max_trials: Some(Some(args.trials)), ..UpdateStudy::default() };
            there.update(update).await?
        } else {
            info
        };
        Ok(Self { study, info, created: false })
    }
}

/// Whether the study that is there can go on. What people may have changed since (notes, budgets) is theirs.
fn check(there: &StudyInfo, wanted: &StudySpec) -> Result<(), Failed> {
    let name = &there.name;
    if there.spec.space != wanted.space {
        let message = format!("the study `{name}` is there already and was not made by `demo-data`");
        return Err(Failed::new(message).with_hint("name another one with --study"));
    }
    if there.spec.seed != wanted.seed {
        let (old, new) = (there.spec.seed, wanted.seed);
        let message = format!("the study `{name}` is there already with the seed {old}, not {new}");
        let hint = format!("go on with --seed {old}, or name another one with --study");
        return Err(Failed::new(message).with_hint(hint));
    }
    Ok(())
}
