//! One search over the line protocol.

use serde::Deserialize;
use serde_json::{Value, json};
use tunewright_core::space::Point;
use tunewright_core::study::{self, TrialResult};
use tunewright_core::suggest::{self, Algorithm, Ask, Observation, Proposal, Suggester, Verdict};
use tunewright_core::{Code, Refusal};

use super::neutral::{NeutralParameter, Translation};

/// The most points one message may ask for.
const ASK_MAX: u64 = 10_000;

/// The first message. `parallel`, which it also may have, changes nothing here.
#[derive(Debug, Deserialize)]
struct Start {
    space: Vec<NeutralParameter>,
    #[serde(default)]
    seed: u64,
    /// How many points will be asked for in all.
    budget: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Message {
    Ask(u64),
    Tell(Vec<Told>),
}

#[derive(Debug, Deserialize)]
struct Told {
    point: Value,
    value: Option<f64>,
    /// What else the search may heed: `loss_variance`, `constraints`.
    #[serde(default)]
    result: TrialResult,
}

#[derive(Debug)]
pub(super) struct Session {
    translation: Translation,
    suggester: Box<dyn Suggester>,
    budget: Option<u64>,
    next: u64,
    /// By number.
    pending: Vec<(u64, Point)>,
}

impl Session {
    pub fn open(algorithm: &Algorithm, line: &str) -> Result<Self, Refusal> {
        let start: Start = read(line)?;
        let translation = Translation::new(&start.space)?;
        let suggester = suggest::build(algorithm, &translation.space, start.seed);
        Ok(Self { translation, suggester, budget: start.budget, next: 0, pending: Vec::new() })
    }

    pub fn answer(&mut self, line: &str) -> Result<Option<Value>, Refusal> {
        match read(line)? {
            Message::Ask(count @ 1..=ASK_MAX) => {
                let points = (0..count).map(|_| self.ask()).collect::<Result<Vec<_>, _>>()?;
                Ok(Some(json!({"points": points})))
            }
            Message::Ask(count) => {
                Err(Refusal::invalid("ask", format!("must be from 1 to {ASK_MAX}, not {count}")))
            }
            Message::Tell(told) => {
                told.iter().try_for_each(|told| self.tell(told))?;
                Ok(None)
            }
        }
    }

    fn ask(&mut self) -> Result<Value, Refusal> {
        let number = self.next;
        let pending: Vec<_> = self.pending.iter().map(|(number, point)| (*number, point)).collect();
        match self.suggester.suggest(&Ask {
            number,
            pending: &pending,
            fixed: &Point::default(),
            repeats: false,
            budget: self.budget,
        }) {
            Proposal::Point(point, _) => {
                let written = self.translation.written(&point);
                self.next += 1;
                self.pending.push((number, point));
                Ok(written)
            }
            Proposal::Exhausted => {
                Err(Refusal::new(Code::Closed, format!("the space is exhausted after {number} points")))
            }
        }
    }

    /// Takes in a value. A point that was not asked for is one the other side chose itself.
    fn tell(&mut self, told: &Told) -> Result<(), Refusal> {
        let point = self.translation.read(&told.point)?;
        let study::Told { variance, constraints } = study::Told::read(&told.result)?;
        let number = match self.pending.iter().position(|(_, pending)| *pending == point) {
            Some(position) => self.pending.remove(position).0,
            None => {
                self.next += 1;
                self.next - 1
            }
        };
        let verdict = told.value.map_or(Verdict::Failed, |loss| Verdict::Completed { loss });
        self.suggester.observe(&Observation { number, point, verdict, variance, constraints });
        Ok(())
    }
}

fn read<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(line).map_err(|error| Refusal::new(Code::Invalid, format!("not a message: {error}")))
}
