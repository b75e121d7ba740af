//! Opening the study that is filled: a new one, or one that an earlier run has begun.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tunewright::{
    Code, Error, Study, StudyInfo, StudyRef, StudySpec, TrialFilter, TrialInfo, TrialState, UpdateStudy,
};

use super::game::Player;
use super::{DemoDataArgs, space};
use crate::context::Context;
use crate::failure::Failed;

/// How long trials that were dropped may take to be given back.
const GIVING_BACK: Duration = Duration::from_secs(3);

/// The study that is filled.
#[derive(Debug)]
pub struct Demo {
    pub study: Study,
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
                return Ok(Self { study: there, info, created });
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
        Ok(Self { study: there, info, created: false })
    }

    /// Waits until none of these clients has a running trial: what was leased to them as they stopped is given back in the
    /// background.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn given_back(&self, players: &[Player]) -> Result<(), Error> {
        let deadline = Instant::now() + GIVING_BACK;
        let filter = TrialFilter { states: vec![TrialState::Running] };
        let is_ours =
            |trial: &TrialInfo| players.iter().any(|player| trial.lessee.as_ref() == Some(&player.id));
        while Instant::now() < deadline && self.study.trials(&filter).await?.iter().any(is_ours) {
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
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
