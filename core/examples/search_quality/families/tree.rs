//! Conditional spaces: a choice of models, each with parameters of its own, and some that all share.

use tunewright_core::space::{Node, Space};

use crate::chance::Chance;
use crate::landscape::{Landscape, axis, choice, choice_of, kind};

/// One option of a choice: what the loss is at best below it, and how it rises.
struct Branch {
    floor: f64,
    own: Vec<Term>,
    below: Option<Split>,
}

/// A parameter's part of the loss.
struct Term {
    label: String,
    best: f64,
    weight: f64,
    ripple: f64,
}

/// A choice below an option, or at the top.
struct Split {
    label: String,
    branches: Vec<Branch>,
}

pub fn draw(chance: &mut Chance) -> Landscape {
    let models = if chance.happens(0.3) { chance.count(2, 3) } else { chance.count(3, 8) };
    let depth = chance.count(1, 3);
    let (top, node) = split("model", models, depth, 1.0, chance);
    let mut entries = vec![node];
    let mut shared = Vec::new();
    for i in 0..chance.count(0, 2) {
        let label = format!("shared{i}");
        entries.push(axis(&label, kind(chance, 0.7)));
        shared.push(term(label, 1.0, chance));
    }
    let options = chance.count(0, 4);
    // What suits one model does not suit another, in part.
    let effects: Vec<Vec<f64>> =
        (0..models).map(|_| chance.normals(options).into_iter().map(|z| 0.1 * z).collect()).collect();
    if options > 1 {
        entries.push(choice("preparation", options));
    }
    let space = Landscape::new(entries.clone(), Box::new(|_| None)).space;
    let index = |label: &str| space.index_of(label).expect("a label of this space");
    let hints = hints(&space, &top, &shared);
    let (at_top, at_preparation) = (index("model"), space.index_of("preparation"));
    let (top, shared) = (Placed::of(&top, &index), Placed::terms(&shared, &index));
    let loss = move |x: &[f64]| {
        let preparation = at_preparation.map_or(0.0, |at| effects[x[at_top] as usize][x[at] as usize]);
        Some(top.at(x) + shared.at(x) + preparation)
    };
    Landscape { hints, ..Landscape::new(entries, Box::new(loss)) }
}

/// A choice of `count` branches. The better a branch is at best, the more its own parameters matter, so that the best
/// one is not the best on average.
fn split(name: &str, count: usize, depth: usize, scale: f64, chance: &mut Chance) -> (Split, (String, Node)) {
    let mut floors: Vec<f64> = (0..count).map(|_| scale * chance.range(0.05, 0.8)).collect();
    floors[0] = 0.0;
    chance.shuffle(&mut floors);
    let mut nodes = Vec::new();
    let mut branches = Vec::new();
    for (option, floor) in floors.into_iter().enumerate() {
        let worth = scale * (1.3 - floor / scale) * chance.range(0.6, 1.6);
        let mut entries = Vec::new();
        let mut own = Vec::new();
        let parameters = if depth == 1 { chance.count(1, 6) } else { chance.count(1, 3) };
        for i in 0..parameters {
            let label = format!("{name}.{option}.x{i}");
            entries.push(axis(&label, kind(chance, 0.8)));
            own.push(term(label, worth, chance));
        }
        let below = (depth > 1 && chance.happens(0.6)).then(|| {
            let label = format!("{name}.{option}.c");
            let count = chance.count(2, 4);
            let (below, node) = split(&label, count, depth - 1, 0.5 * scale, chance);
            entries.push(node);
            below
        });
        nodes.push(Node::Map(entries));
        branches.push(Branch { floor, own, below });
    }
    (Split { label: name.to_owned(), branches }, choice_of(name, nodes))
}

fn term(label: String, worth: f64, chance: &mut Chance) -> Term {
    let ripple = if chance.happens(0.3) { chance.range(0.0, 0.03) } else { 0.0 };
    Term { label, best: chance.range(0.05, 0.95), weight: worth * chance.log_range(0.3, 8.0), ripple }
}

/// The best point below each option at the top and each below these.
fn hints(space: &Space, top: &Split, shared: &[Term]) -> Vec<Vec<f64>> {
    let mut start = vec![f64::NAN; space.parameters().len()];
    set(space, &mut start, shared);
    below(space, top, &start)
}

fn below(space: &Space, split: &Split, start: &[f64]) -> Vec<Vec<f64>> {
    let index = space.index_of(&split.label).expect("a label of this space");
    let hints = split.branches.iter().enumerate().map(|(option, branch)| {
        let mut hint = start.to_vec();
        hint[index] = option as f64;
        set(space, &mut hint, &branch.own);
        branch.below.as_ref().map_or_else(|| vec![hint.clone()], |split| below(space, split, &hint))
    });
    hints.flatten().collect()
}

fn set(space: &Space, hint: &mut [f64], terms: &[Term]) {
    for term in terms {
        hint[space.index_of(&term.label).expect("a label of this space")] = term.best;
    }
}

/// The same with positions instead of labels.
struct Placed {
    floor: f64,
    terms: Vec<(usize, f64, f64, f64)>,
    split: Option<(usize, Vec<Self>)>,
}

impl Placed {
    fn of(split: &Split, index: &impl Fn(&str) -> usize) -> Self {
        let branch = |branch: &Branch| {
            let below = branch.below.as_ref().and_then(|split| Self::of(split, index).split);
            Self { floor: branch.floor, split: below, ..Self::terms(&branch.own, index) }
        };
        let branches = split.branches.iter().map(branch).collect();
        Self { floor: 0.0, terms: Vec::new(), split: Some((index(&split.label), branches)) }
    }

    fn terms(terms: &[Term], index: &impl Fn(&str) -> usize) -> Self {
        let placed = terms.iter().map(|of| (index(&of.label), of.best, of.weight, of.ripple));
        Self { floor: 0.0, terms: placed.collect(), split: None }
    }

    fn at(&self, x: &[f64]) -> f64 {
        let mut before = 0.0;
        let own = self.terms.iter().map(|(index, best, weight, ripple)| {
            let away = x[*index] - best;
            // A little coupling along the chain, so that one parameter's best value depends on the one before.
            let value = weight * (away * away + 0.5 * away * before);
            before = away;
            value + weight * ripple * (1.0 - libm::cos(19.0 * away))
        });
        let own: f64 = own.sum();
        let below = self.split.as_ref().map_or(0.0, |(index, branches)| branches[x[*index] as usize].at(x));
        self.floor + own + below
    }
}
