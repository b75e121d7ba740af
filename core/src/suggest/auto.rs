//! The algorithm that chooses among the others.

use super::gp::Gp;
use super::tpe::Tpe;
use super::{Ask, Credit, Observation, Proposal, Suggester, TpeSettings};
use crate::space::{Activation, Space};

/// A Gaussian process as long as the history is short enough for it, and TPE in turn with it after that. Both know the
/// whole history.
#[derive(Debug)]
pub(super) struct Auto {
    gp: Gp,
    tpe: Tpe,
    /// Every so many trials TPE has its turn.
    insured: u64,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Gp,
    Tpe,
}

impl Auto {
    pub fn new(space: &Space, seed: u64) -> Self {
        let is_conditional =
            space.parameters().iter().any(|parameter| parameter.activation != Activation::Always);
        let tune = super::gp::tune;
        let insured = if is_conditional { tune("INSC", 3.0) as u64 } else { tune("INSF", 8.0) as u64 };
        Self { gp: Gp::new(space, seed), tpe: Tpe::new(&TpeSettings::default(), space, seed), insured }
    }

    /// Who proposes the point of this trial, and why.
    fn member(&self, number: u64) -> (Member, String) {
        let known = self.gp.known();
        if known < Gp::STARTUP {
            return (Member::Gp, "start: points spread evenly over the space".to_owned());
        }
        if known > Gp::OBSERVED_MAX && number % 2 == 1 {
            return (Member::Tpe, format!("{known} trials: in turn with the model that knows some of them"));
        }
        if number >= super::gp::tune("INS0", 0.0) as u64 && number % self.insured == self.insured - 1 {
            return (Member::Tpe, "insurance: now and then by a model of another kind".to_owned());
        }
        (Member::Gp, format!("the greatest expected improvement, given {known} trials"))
    }
}

impl Suggester for Auto {
    fn observe(&mut self, observation: &Observation) {
        self.gp.observe(observation);
        self.tpe.observe(observation);
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let (member, why) = self.member(ask.number);
        let (name, proposal) = match member {
            Member::Gp => ("gp", self.gp.suggest(ask)),
            Member::Tpe => ("tpe", self.tpe.suggest(ask)),
        };
        match proposal {
            Proposal::Point(point, _) => {
                Proposal::Point(point, Some(Credit { member: name.to_owned(), why }))
            }
            Proposal::Exhausted => Proposal::Exhausted,
        }
    }
}
