//! The algorithm that chooses among the others.

use super::gp::Gp;
use super::tpe::Tpe;
use super::{Ask, Credit, Observation, Proposal, Suggester, TpeSettings};
use crate::space::Space;

/// From this trial on some are TPE's. Before, there is too little for it to go by.
const INSURED_FROM: u64 = 24;

/// So many pending trials the process has at most, of as many as there are: it takes tens of milliseconds where TPE takes one,
/// and workers by the hundred must not wait for it.
const SERVED: usize = 32;

/// A Gaussian process, with some of the trials left to TPE as an insurance. Both know the whole history.
///
/// The two err in different ways: the process, sure of itself, may settle in a branch that is not the best, or
/// believe in a smoothness that is not there. So TPE has a share: the less the process foretells of the losses that are known, each
/// from the others, the more, from an eighth to a half of the trials.
#[derive(Debug)]
pub(super) struct Auto {
    gp: Gp,
    tpe: Tpe,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Gp,
    Tpe,
}

impl Auto {
    pub fn new(space: &Space, seed: u64) -> Self {
        Self { gp: Gp::new(space, seed), tpe: Tpe::new(&TpeSettings::default(), space, seed) }
    }

    /// Who proposes the point of this trial while so many are pending, and why.
    fn member(&mut self, number: u64, pending: usize) -> (Member, String) {
        let known = self.gp.known();
        if self.gp.is_starting(pending) {
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
        let skill = self.gp.skill();
        let insured = insured(skill);
        if number >= INSURED_FROM && number % insured == insured - 1 {
            let why = format!("insurance: one of {insured} by a model of another kind");
            return (Member::Tpe, why);
        }
        let percent = (100.0 * skill).round();
        (
            Member::Gp,
            format!("most improvement expected; foretells {percent}% of what {known} trials differ by"),
        )
    }
}

/// Of so many trials one is TPE's, where the process foretells this share of the differences of the losses.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 2 to 8")]
fn insured(skill: f64) -> u64 {
    2 + (6.0 * skill).round() as u64
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
    use crate::stream::Stream;
    use crate::suggest::Verdict;

    /// How many of the first so many trials each member proposed.
    fn turns(trials: u64, loss: impl Fn(&Point, u64) -> f64) -> (u64, u64) {
        let space =
            r#"{"x": {"type": "uniform", "low": 0, "high": 1}, "y": {"type": "int", "low": 0, "high": 99}}"#;
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
            let loss = loss(&point, number);
            auto.observe(&Observation::new(number, point, Verdict::Completed { loss }));
        }
        (gp, tpe)
    }

    #[test]
    fn long_histories_and_many_workers_leave_less_to_the_process() {
        let space = Space::from_json(r#"{"x": {"type": "uniform", "low": 0, "high": 1}}"#).unwrap();
        let mut auto = Auto::new(&space, 1);
        let share = |auto: &mut Auto, pending: usize| {
            let numbers = 10_000..11_200;
            numbers.filter(|number| auto.member(*number, pending).0 == Member::Gp).count()
        };
        assert_eq!(share(&mut auto, 500), 1_200, "the start is anyone's");
        let mut known = 0;
        for (until, pending, expected) in [(100, 0, 1_050), (100, 31, 1_050), (100, 95, 350), (1_200, 0, 350)]
        {
            while known < until {
                let x = (known as f64 * 0.618).fract();
                let point = Point::from_iter([("x".to_owned(), ParamValue::Float(x))]);
                let verdict = Verdict::Completed { loss: x };
                auto.observe(&Observation::new(known, point, verdict));
                known += 1;
            }
            assert_eq!(share(&mut auto, pending), expected, "{until} {pending}");
        }
    }

    #[test]
    fn every_trial_says_who_proposed_it_and_the_less_is_foretold_the_more_is_insured() {
        let steady = |point: &Point, _| point.get("x").and_then(ParamValue::as_f64).unwrap_or_default();
        let (gp, tpe) = turns(64, steady);
        assert_eq!((gp, tpe), (59, 5), "one of eight from the 24th on");
        let noise = |_: &Point, number: u64| Stream::new(3, number, "noise").unit();
        let (_, of_noise) = turns(64, noise);
        assert!((16..=20).contains(&of_noise), "{of_noise}");
        assert_eq!([0.0, 0.5, 1.0].map(insured), [2, 5, 8]);
    }
}
