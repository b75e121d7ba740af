//! The algorithm that chooses among the others.

use super::gp::Gp;
use super::tpe::Tpe;
use super::{Ask, Credit, Observation, Proposal, Suggester, TpeSettings};
use crate::space::{Activation, Space};

/// From this trial on some are TPE's. Before, there is too little for it to go by.
const INSURED_FROM: u64 = 24;

/// So many pending trials the process has at most, of as many as there are: it takes tens of milliseconds where TPE takes one,
/// and workers by the hundred must not wait for it.
const SERVED: usize = 32;

/// A Gaussian process, with some of the trials left to TPE as an insurance. Both know the whole history.
///
/// The two err in different ways: the process, sure of itself, may settle in a branch that is not the best, or
/// believe in a smoothness that is not there. So TPE has every eighth trial, and every second where parameters are conditional,
/// where that was seen most.
#[derive(Debug)]
pub(super) struct Auto {
    gp: Gp,
    tpe: Tpe,
    /// Every so many trials one is TPE's.
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
        Self {
            gp: Gp::new(space, seed),
            tpe: Tpe::new(&TpeSettings::default(), space, seed),
            insured: if is_conditional { 4 } else { 8 },
        }
    }

    /// Who proposes the point of this trial while so many are pending, and why.
    fn member(&self, number: u64, pending: usize) -> (Member, String) {
        let known = self.gp.known();
        if known < Gp::STARTUP {
            return (Member::Gp, "start: points spread evenly over the space".to_owned());
        }
        // The less of the history the process takes in, the more is TPE's.
        let rest = known.div_ceil(Gp::OBSERVED_MAX) as u64;
        if !number.is_multiple_of(rest) {
            return (Member::Tpe, format!("long history: knows all {known} trials, gp some of them"));
        }
        let crowd = (pending + 1).div_ceil(SERVED) as u64;
        if !(number / rest).is_multiple_of(crowd) {
            return (Member::Tpe, format!("many workers: quick, with {pending} trials pending"));
        }
        if number >= INSURED_FROM && number % self.insured == self.insured - 1 {
            let why = format!("insurance: one of {} by a model of another kind", self.insured);
            return (Member::Tpe, why);
        }
        (Member::Gp, format!("most improvement expected, given {known} trials"))
    }
}

impl Suggester for Auto {
    fn observe(&mut self, observation: &Observation) {
        self.gp.observe(observation);
        self.tpe.observe(observation);
    }

    fn takes_long(&self) -> bool {
        self.gp.takes_long()
    }

    fn suggest(&mut self, ask: &Ask<'_>) -> Proposal {
        let (member, why) = self.member(ask.number, ask.pending.len());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::{ParamValue, Point};
    use crate::suggest::Verdict;

    /// How many of the first so many trials each member proposed.
    fn turns(space: &str, trials: u64) -> (u64, u64) {
        let space = Space::from_json(space).unwrap();
        let mut auto = Auto::new(&space, 1);
        let fixed = Point::default();
        let (mut gp, mut tpe) = (0, 0);
        for number in 0..trials {
            let ask = Ask { number, pending: &[], fixed: &fixed, repeats: false, budget: None };
            let Proposal::Point(point, Some(credit)) = auto.suggest(&ask) else { panic!("an endless space") };
            assert!(!credit.why.is_empty());
            match credit.member.as_str() {
                "gp" => gp += 1,
                "tpe" => tpe += 1,
                other => panic!("{other}"),
            }
            let verdict = Verdict::Completed { loss: (number * 7 % 31) as f64 };
            auto.observe(&Observation::new(number, point, verdict));
        }
        (gp, tpe)
    }

    #[test]
    fn long_histories_and_many_workers_leave_less_to_the_process() {
        let space = Space::from_json(r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#).unwrap();
        let mut auto = Auto::new(&space, 1);
        let share = |auto: &Auto, pending: usize| {
            let numbers = 10_000..11_200;
            numbers.filter(|number| auto.member(*number, pending).0 == Member::Gp).count()
        };
        assert_eq!(share(&auto, 500), 1_200, "the start is anyone's");
        let mut known = 0;
        for (until, pending, expected) in [(100, 0, 1_050), (100, 31, 1_050), (100, 95, 350), (1_200, 0, 350)]
        {
            while known < until {
                let point = Point::from_iter([("x".to_owned(), ParamValue::Float(0.5))]);
                let verdict = Verdict::Completed { loss: 1.0 };
                auto.observe(&Observation::new(known, point, verdict));
                known += 1;
            }
            assert_eq!(share(&auto, pending), expected, "{until} {pending}");
        }
    }

    #[test]
    fn every_trial_says_who_proposed_it_and_conditions_raise_the_insurance() {
        let flat = r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#;
        assert_eq!(turns(flat, 64), (59, 5));
        let tree = r#"{"x": {"type": "uniform", "low": 0, "high": 1}, "kind": {"type": "choice", "options":
            {"a": {"p": {"type": "uniform", "low": 0, "high": 1}}, "b": 1}}}"#;
        assert_eq!(turns(tree, 64), (44, 20));
    }
}
