//! Whether a point belongs to a space.

use super::spelling::{cut, nearest, one_of};
use super::{Activation, Distribution, ParamValue, Parameter, Point, Space};
use crate::Refusal;

/// What is known about a parameter of a partial point.
#[derive(Clone, Copy, PartialEq)]
enum Activity {
    Active,
    Inactive,
    /// It depends on a choice that is not made yet.
    Open,
}

impl Space {
    /// Checks a full point.
    ///
    /// # Errors
    /// `invalid`, naming the label and what its value must be.
    pub fn check(&self, point: &Point) -> Result<(), Refusal> {
        self.check_labels(point)?;
        let mut chosen: Vec<Option<usize>> = Vec::with_capacity(self.parameters().len());
        for (index, parameter) in self.parameters().iter().enumerate() {
            let active = self.is_active(index, |parent| chosen[parent]);
            chosen.push(match (active, point.get(&parameter.label)) {
                (true, Some(value)) => {
                    parameter.check_value(value)?;
                    parameter.option_index(value)
                }
                (true, None) => return Err(Refusal::invalid(&*parameter.label, "is missing")),
                (false, Some(_)) => return Err(self.inactive(parameter)),
                (false, None) => None,
            });
        }
        Ok(())
    }

    /// Checks a partial point: known labels, values in range, and no value of a branch that another value rules out.
    ///
    /// # Errors
    /// As [`Space::check`].
    pub fn check_partial(&self, point: &Point) -> Result<(), Refusal> {
        self.implied(point).map(|_| ())
    }

    /// A checked partial point together with the options that its values imply: a value of `model.svm.C` implies that
    /// `model` is `svm`. A parameter that several options switch on implies none of them.
    ///
    /// # Errors
    /// As [`Space::check_partial`].
    pub fn implied(&self, point: &Point) -> Result<Point, Refusal> {
        self.check_labels(point)?;
        for parameter in self.parameters() {
            point.get(&parameter.label).map_or(Ok(()), |value| parameter.check_value(value))?;
        }
        let mut implied = point.clone();
        // Children come after their parents, so that going backwards each is seen before the choices it implies.
        for parameter in self.parameters().iter().rev() {
            let Activation::AnyOf(switches) = &parameter.activation else { continue };
            if let ([(parent, option)], Some(_)) = (switches.as_slice(), implied.get(&parameter.label)) {
                let parent = &self.parameters()[*parent];
                if implied.get(&parent.label).is_none() {
                    implied.set(&*parent.label, ParamValue::Option(parent.options[*option].clone()));
                }
            }
        }
        self.check_activity(&implied, point)?;
        // Values that rule one another out only together, through branches that are not both taken.
        if self.demanded_options(point).is_none() {
            let labels: Vec<_> = point.iter().map(|(label, _)| format!("`{label}`")).take(5).collect();
            let message = format!("must not be fixed together: no point holds all of {}", labels.join(", "));
            let first = point.iter().next().map_or("point", |(label, _)| label);
            return Err(Refusal::invalid(first, message));
        }
        Ok(implied)
    }

    /// Refuses a given value that the others rule out. What is implied by such a value only is not to blame.
    fn check_activity(&self, point: &Point, given: &Point) -> Result<(), Refusal> {
        let mut known: Vec<(Activity, Option<usize>)> = Vec::with_capacity(self.parameters().len());
        for parameter in self.parameters() {
            let activity = match &parameter.activation {
                Activation::Always => Activity::Active,
                Activation::AnyOf(switches) => switches
                    .iter()
                    .map(|(parent, option)| match known[*parent] {
                        (Activity::Inactive, _) => Activity::Inactive,
                        (_, Some(chosen)) if chosen != *option => Activity::Inactive,
                        (Activity::Active, Some(_)) => Activity::Active,
                        _ => Activity::Open,
                    })
                    .reduce(|one, other| match (one, other) {
                        (Activity::Active, _) | (_, Activity::Active) => Activity::Active,
                        (Activity::Open, _) | (_, Activity::Open) => Activity::Open,
                        _ => Activity::Inactive,
                    })
                    .unwrap_or(Activity::Inactive),
            };
            if activity == Activity::Inactive && given.get(&parameter.label).is_some() {
                return Err(self.inactive(parameter));
            }
            let value = point.get(&parameter.label);
            known.push((activity, value.and_then(|value| parameter.option_index(value))));
        }
        Ok(())
    }

    pub(super) fn check_labels(&self, point: &Point) -> Result<(), Refusal> {
        let known =
            self.parameters().iter().filter(|parameter| point.get(&parameter.label).is_some()).count();
        if known == point.0.len() {
            return Ok(());
        }
        point.iter().try_for_each(|(label, _)| match self.index_of(label) {
            Some(_) => Ok(()),
            None => Err(self.unknown_label(label)),
        })
    }

    pub(super) fn unknown_label(&self, label: &str) -> Refusal {
        let labels = || self.parameters().iter().map(|parameter| parameter.label.as_str());
        let refusal = Refusal::invalid(cut(label), "is no parameter of the space");
        match nearest(label, labels()) {
            Some(meant) => refusal.with_hint(format!("did you mean `{meant}`?")),
            None => refusal.with_hint(format!("the parameters are {}", one_of(labels()))),
        }
    }

    fn inactive(&self, parameter: &Parameter) -> Refusal {
        let Activation::AnyOf(switches) = &parameter.activation else {
            return Refusal::internal(format!("parameter `{}` is always active", parameter.label));
        };
        let switch = |(parent, option): &(usize, usize)| {
            let parent = &self.parameters()[*parent];
            format!("`{}` is `{}`", parent.label, parent.options[*option])
        };
        let switches: Vec<String> = switches.iter().map(switch).collect();
        Refusal::invalid(&*parameter.label, format!("must be absent unless {}", switches.join(" or ")))
    }
}

impl Parameter {
    /// The position of the option that this value names; `None` if it names none.
    #[must_use]
    pub fn option_index(&self, value: &ParamValue) -> Option<usize> {
        match value {
            ParamValue::Option(name) => self.options.iter().position(|option| option == name),
            _ => None,
        }
    }

    /// Checks one value of it.
    ///
    /// # Errors
    /// `invalid`, naming the label and what the value must be.
    pub fn check_value(&self, value: &ParamValue) -> Result<(), Refusal> {
        let fits = match value {
            ParamValue::Option(_) if !self.options.is_empty() => self.option_index(value).is_some(),
            _ => self.distribution.contains(value),
        };
        if fits {
            return Ok(());
        }
        let shown = cut(&value.to_string());
        Err(Refusal::invalid(&*self.label, format!("{}, not `{shown}`", self.must_be())))
    }

    /// What a value of it must be, for messages.
    pub(super) fn must_be(&self) -> String {
        let kind = self.distribution.value_kind().must_be();
        match &self.distribution {
            Distribution::Choice { .. } | Distribution::PChoice { .. } => {
                format!("must be {}", one_of(self.options.iter().map(String::as_str)))
            }
            Distribution::UniformInt { low, high } | Distribution::Int { low, high, step: 1, .. } => {
                format!("{kind} from {low} to {high}")
            }
            Distribution::Int { low, high, step, .. } => {
                format!("{kind} from {low} to {high} in steps of {step}")
            }
            Distribution::RandInt { low, high } => format!("{kind} from {low} to {}", high - 1),
            Distribution::Uniform { low, high }
            | Distribution::LogUniform { low, high }
            | Distribution::Float { low, high, step: None, .. } => format!("{kind} from {low} to {high}"),
            Distribution::Float { low, high, step: Some(step), .. } => {
                format!("{kind} from {low} to {high} in steps of {step}")
            }
            Distribution::QUniform { low, high, q } | Distribution::QLogUniform { low, high, q } => {
                format!("{kind} from {low} to {high} rounded to a multiple of {q}")
            }
            Distribution::QNormal { q, .. } => format!("must be a finite multiple of {q}"),
            Distribution::QLogNormal { q, .. } => format!("must be a finite multiple of {q} that is >= 0"),
            Distribution::Normal { .. } => "must be a finite number".to_owned(),
            Distribution::LogNormal { .. } => "must be a finite number > 0".to_owned(),
        }
    }
}
