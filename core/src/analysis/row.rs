//! What a table takes of one trial.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::space::{ParamValue, Space};
use crate::study::{EndReason, Origin, Trial, TrialNumber, TrialState, Version};

/// What a table takes of one trial: all that charts need, and none of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub number: TrialNumber,
    pub rev: Version,
    pub state: TrialState,
    pub loss: Option<f64>,
    pub metrics: BTreeMap<String, f64>,
    /// By the index of the parameter; NaN where it is not set. Of a choice it is the option's position.
    pub values: Box<[f64]>,
    pub attempt: u32,
    pub reason: Option<EndReason>,
    pub origin: Origin,
    /// Whether it tells of no constraint that it violates.
    pub is_feasible: bool,
    /// Which algorithm proposed the point, where the study's is made of several.
    pub member: Option<String>,
    /// Who holds or held the newest attempt: a worker's name or a client's id.
    pub lessee: Option<String>,
    pub created_at: Timestamp,
    /// When the newest attempt was leased.
    pub leased_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

impl Row {
    /// The row of a trial of a study over this space.
    #[must_use]
    pub fn of(trial: &Trial, space: &Space) -> Self {
        let point = trial.point.as_ref().unwrap_or(&trial.fixed);
        let code = |parameter: &crate::space::Parameter| match point.get(&parameter.label) {
            None => f64::NAN,
            Some(ParamValue::Option(name)) => {
                let position = parameter.options.iter().position(|option| option == name);
                #[expect(clippy::cast_precision_loss, reason = "there are a thousand options at most")]
                position.map_or(f64::NAN, |position| position as f64)
            }
            Some(number) => number.as_f64().unwrap_or(f64::NAN),
        };
        let held = trial.holder();
        let outcome = trial.outcome.as_ref();
        Self {
            number: trial.number,
            rev: trial.rev,
            state: trial.state,
            loss: outcome.and_then(|outcome| outcome.loss),
            metrics: outcome.map(|outcome| outcome.metrics.clone()).unwrap_or_default(),
            values: space.parameters().iter().map(code).collect(),
            attempt: trial.attempt,
            reason: outcome.and_then(|outcome| outcome.reason),
            origin: trial.origin,
            is_feasible: trial.is_feasible(),
            member: trial.credit.as_ref().map(|credit| credit.member.clone()),
            lessee: held.map(|(lessee, _)| lessee.name().to_owned()),
            created_at: trial.created_at,
            leased_at: held.map(|(_, at)| at),
            ended_at: trial.ended_at,
        }
    }
}
