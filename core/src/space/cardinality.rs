//! How many points a space has.

use super::{Activation, Node, Space};

/// More points than this count as infinitely many: 2^53.
const POINTS_MAX: u64 = 1 << 53;

/// How many steps (parameters times combinations of options) are taken at most where parameters are shared.
const STEPS_MAX: u64 = 1_000_000;

impl Space {
    /// How many distinct points there are; `None` if infinite or more than 2^53.
    ///
    /// Where parameters are shared by several branches, the combinations of the choices that switch something are
    /// enumerated; if that takes more than 10^6 steps, the number is not worked out and the space counts as infinite.
    #[must_use]
    pub fn cardinality(&self) -> Option<u64> {
        // Every parameter is active in some point, so that one infinite one is enough.
        let counts: Vec<u64> = self
            .parameters()
            .iter()
            .map(|parameter| parameter.distribution.cardinality())
            .collect::<Option<_>>()?;
        self.combinations(&counts)
    }

    /// How many distinct points there are if only so many values of each parameter count; `None` as in
    /// [`Space::cardinality`].
    pub(crate) fn combinations(&self, counts: &[u64]) -> Option<u64> {
        if places(self.root()) == counts.len() {
            return self.count_tree(counts);
        }
        let mut switches = vec![false; counts.len()];
        for parameter in self.parameters() {
            if let Activation::AnyOf(pairs) = &parameter.activation {
                pairs.iter().for_each(|(parent, _)| switches[*parent] = true);
            }
        }
        let mut enumeration = Enumeration { space: self, counts, switches, left: STEPS_MAX };
        enumeration.count(0, &mut Vec::with_capacity(counts.len()))
    }

    /// Without sharing each parameter belongs to one branch: from the leaves up, a branch has the product of what is
    /// in it, and a choice the sum of its branches.
    fn count_tree(&self, counts: &[u64]) -> Option<u64> {
        let parameters = self.parameters();
        let mut branches: Vec<Vec<u64>> =
            parameters.iter().map(|parameter| vec![1; parameter.options.len()]).collect();
        let mut all = 1;
        for (index, parameter) in parameters.iter().enumerate().rev() {
            let own = if parameter.options.is_empty() {
                counts[index]
            } else {
                branches[index].iter().try_fold(0, |sum, branch| limited(branch.checked_add(sum)))?
            };
            let total = match &parameter.activation {
                Activation::AnyOf(pairs) => match pairs.first() {
                    Some((parent, option)) => &mut branches[*parent][*option],
                    None => continue,
                },
                Activation::Always => &mut all,
            };
            *total = limited(total.checked_mul(own))?;
        }
        limited(Some(all))
    }
}

fn limited(count: Option<u64>) -> Option<u64> {
    count.filter(|count| *count <= POINTS_MAX)
}

/// How many places in the tree hold a parameter.
fn places(node: &Node) -> usize {
    match node {
        Node::Constant(_) => 0,
        Node::List(items) => items.iter().map(places).sum(),
        Node::Map(entries) => entries.iter().map(|(_, node)| places(node)).sum(),
        Node::Parameter(_) => 1,
        Node::Choice(choice) => 1 + choice.options.iter().map(|option| places(&option.node)).sum::<usize>(),
    }
}

/// Goes through all combinations of options.
struct Enumeration<'a> {
    space: &'a Space,
    counts: &'a [u64],
    /// Which parameters are choices that switch something.
    switches: Vec<bool>,
    left: u64,
}

impl Enumeration<'_> {
    /// The number of points from the parameter at `index` on, given the options chosen before it.
    fn count(&mut self, index: usize, chosen: &mut Vec<Option<usize>>) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        let Some(parameter) = self.space.parameters().get(index) else { return Some(1) };
        let active = self.space.is_active(index, |parent| chosen[parent]);
        if !active || !self.switches[index] {
            chosen.push(None);
            let rest = self.count(index + 1, chosen);
            chosen.pop();
            let own = if active { self.counts[index] } else { 1 };
            return limited(rest?.checked_mul(own));
        }
        let mut sum = 0u64;
        for option in 0..parameter.options.len() {
            chosen.push(Some(option));
            let rest = self.count(index + 1, chosen);
            chosen.pop();
            sum = limited(sum.checked_add(rest?))?;
        }
        Some(sum)
    }
}
