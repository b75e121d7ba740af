//! A space with a loss over it.

use tunewright_core::space::{
    ChoiceNode, Distribution, Latent, Law, Node, ParamValue, Parameter, ParameterNode, Point, Space,
};

use crate::chance::Chance;

/// From a point's coordinates, by parameter, to its loss; `None` is a failed trial.
pub type Loss = Box<dyn Fn(&[f64]) -> Option<f64> + Send + Sync>;

/// What a family draws: a search space and what is to be minimised over it.
///
/// A coordinate is 0 to 1 over a bounded parameter (in its logarithm, if it is of a log kind), 0 to 1 over three
/// standard deviations to either side of a normal one, the position of the option of a choice, and NaN where
/// inactive.
pub struct Landscape {
    pub space: Space,
    pub loss: Loss,
    /// Where the minimum is thought to be; the search for the reference begins there, too. NaN is left to chance.
    pub hints: Vec<Vec<f64>>,
    /// The standard deviation of the noise, in parts of the way from a median random point to the minimum.
    pub noise: f64,
    /// How many random points the search for the reference begins with.
    pub effort: usize,
}

impl Landscape {
    pub fn new(entries: Vec<(String, Node)>, loss: Loss) -> Self {
        Self { space: space(entries), loss, hints: Vec::new(), noise: 0.0, effort: 20_000 }
    }

    /// The loss without noise.
    pub fn value(&self, point: &Point) -> Option<f64> {
        let coordinate = |parameter: &Parameter| {
            point.get(&parameter.label).map_or(f64::NAN, |value| coordinate(parameter, value))
        };
        let coordinates: Vec<f64> = self.space.parameters().iter().map(coordinate).collect();
        (self.loss)(&coordinates).filter(|loss| loss.is_finite())
    }

    /// A draw from the prior.
    pub fn sample(&self, chance: &mut Chance) -> Point {
        self.fill(|_, parameter| parameter.sample(&mut chance.0))
    }

    /// The point at these coordinates, as near as the grids allow.
    pub fn at(&self, coordinates: &[f64], chance: &mut Chance) -> Point {
        self.fill(|index, parameter| match coordinates[index] {
            missing if missing.is_nan() => parameter.sample(&mut chance.0),
            at => value_at(parameter, at),
        })
    }

    /// A neighbour: some parameters moved by about `scale`, some choices made anew.
    pub fn near(&self, point: &Point, scale: f64, chance: &mut Chance) -> Point {
        let rate = (2.0 / self.space.parameters().len() as f64).max(0.3);
        self.fill(|_, parameter| {
            let old = point.get(&parameter.label);
            let (luck, step) = (chance.unit(), chance.normal());
            match old {
                Some(old) if luck >= rate => old.clone(),
                Some(old) if parameter.options.is_empty() => {
                    value_at(parameter, coordinate(parameter, old) + scale * step)
                }
                Some(old) if luck > 0.1 => old.clone(),
                _ => parameter.sample(&mut chance.0),
            }
        })
    }

    fn fill(&self, mut value: impl FnMut(usize, &Parameter) -> ParamValue) -> Point {
        let parameters = self.space.parameters();
        let mut chosen = vec![None; parameters.len()];
        let mut point = Point::default();
        for (index, parameter) in parameters.iter().enumerate() {
            if self.space.is_active(index, |parent| chosen[parent]) {
                let value = value(index, parameter);
                chosen[index] = parameter.option_index(&value);
                point.set(&parameter.label, value);
            }
        }
        point
    }
}

fn coordinate(parameter: &Parameter, value: &ParamValue) -> f64 {
    match Latent::of(&parameter.distribution) {
        None => parameter.option_index(value).map_or(f64::NAN, |index| index as f64),
        Some(latent) => match (latent.law, latent.place(value)) {
            (Law::Normal { mu, sigma }, Some(z)) => 0.5 + (z - mu) / (6.0 * sigma),
            _ => parameter.to_unit(value).unwrap_or(f64::NAN),
        },
    }
}

fn value_at(parameter: &Parameter, coordinate: f64) -> ParamValue {
    match Latent::of(&parameter.distribution) {
        None => ParamValue::Option(parameter.options[coordinate as usize].clone()),
        Some(latent) => match latent.law {
            Law::Normal { mu, sigma } => latent.value(mu + sigma * 6.0 * (coordinate - 0.5)),
            Law::Uniform { .. } => parameter.from_unit(coordinate.clamp(0.0, 1.0)),
        },
    }
}

fn space(entries: Vec<(String, Node)>) -> Space {
    Space::try_from(Node::Map(entries)).expect("families draw valid spaces")
}

/// A parameter under its own name wherever it stands.
pub fn axis(name: &str, distribution: Distribution) -> (String, Node) {
    (name.to_owned(), Node::Parameter(ParameterNode { label: Some(name.to_owned()), distribution }))
}

/// A choice of `count` options with nothing below them.
pub fn choice(name: &str, count: usize) -> (String, Node) {
    choice_of(name, (0..count).map(|_| Node::Constant(serde_json::Value::Null)).collect())
}

/// A choice with these nodes below its options.
pub fn choice_of(name: &str, nodes: Vec<Node>) -> (String, Node) {
    let options = nodes.into_iter().enumerate().map(|(index, node)| (format!("o{index}"), node));
    let node = ChoiceNode { label: Some(name.to_owned()), ..ChoiceNode::named(options) };
    (name.to_owned(), Node::Choice(node))
}

/// A numeric distribution of a random kind: `exotic` of 0 for uniform floats only, 1 for about as many of each.
pub fn kind(chance: &mut Chance, exotic: f64) -> Distribution {
    let low = chance.range(-10.0, 10.0);
    let high = low + chance.log_range(0.1, 100.0);
    if !chance.happens(exotic) {
        return Distribution::Uniform { low, high };
    }
    let positive = chance.log_range(1e-6, 1.0);
    let steps = chance.count(4, 120) as i64;
    match chance.count(0, 5) {
        0 | 1 => Distribution::LogUniform { low: positive, high: positive * chance.log_range(100.0, 1e6) },
        2 => Distribution::Int { low: 1, high: 1 + steps, step: 1, log: false },
        3 => Distribution::Int { low: 1 + steps / 16, high: 16 + 16 * steps, step: 1, log: true },
        4 => Distribution::Normal { mu: low, sigma: high - low },
        _ => Distribution::LogNormal { mu: low / 5.0, sigma: chance.range(0.3, 2.0) },
    }
}
