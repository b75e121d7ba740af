//! What fixed values demand of the choices above them.

use super::{Activation, Parameter, Point, Space};

/// Steps of the search after which values count as ruling one another out. Only a value that is shared by several
/// branches needs more than one try, so people's spaces stay far below.
const STEPS_MAX: usize = 100_000;

impl Space {
    /// By parameter, for each choice that is not free: the options that keep all fixed values active (one, for a choice
    /// that is fixed itself). `None` if no full point holds all these values.
    ///
    /// A value fixed inside a branch demands that the branch be taken, and so on up the tree; a value that several
    /// branches share demands any one of them that the other values allow.
    #[must_use]
    pub fn demanded_options(&self, fixed: &Point) -> Option<Vec<Option<Vec<usize>>>> {
        let parameters = self.parameters();
        let mut allowed = vec![None; parameters.len()];
        let mut demanded = vec![false; parameters.len()];
        for (i, parameter) in parameters.iter().enumerate() {
            let Some(value) = fixed.get(&parameter.label) else { continue };
            demanded[i] = true;
            if !parameter.options.is_empty() {
                allowed[i] = Some(vec![parameter.option_index(value)?]);
            }
        }
        let mut search = Search { parameters, allowed, demanded, steps: 0 };
        search.satisfy(parameters.len()).then_some(search.allowed)
    }
}

/// A search with backtracking, from the last parameter to the first: parents stand before children.
struct Search<'a> {
    parameters: &'a [Parameter],
    allowed: Vec<Option<Vec<usize>>>,
    demanded: Vec<bool>,
    steps: usize,
}

impl Search<'_> {
    /// Makes every demanded parameter before `end` active, if that can be done.
    fn satisfy(&mut self, end: usize) -> bool {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return false;
        }
        let switched = |i: &usize| self.demanded[*i] && self.parameters[*i].activation != Activation::Always;
        let Some(i) = (0..end).rev().find(switched) else { return true };
        let Activation::AnyOf(switches) = &self.parameters[i].activation else { return false };
        let mut parents: Vec<usize> = switches.iter().map(|(parent, _)| *parent).collect();
        parents.dedup();
        // A choice that is demanded anyway first: it rules out nothing more.
        parents.sort_by_key(|parent| !self.demanded[*parent]);
        for parent in parents {
            let under = switches.iter().filter(|(of, _)| *of == parent).map(|(_, option)| *option);
            let left: Vec<usize> = match &self.allowed[parent] {
                None => under.collect(),
                Some(before) => under.filter(|option| before.contains(option)).collect(),
            };
            if left.is_empty() {
                continue;
            }
            let before = (self.allowed[parent].replace(left), self.demanded[parent]);
            self.demanded[parent] = true;
            if self.satisfy(i) {
                return true;
            }
            (self.allowed[parent], self.demanded[parent]) = before;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use crate::space::{ParamValue, Point, Space};

    /// `shared` lives under `a` and under `b`, each in its own branch of `top`.
    fn space() -> Space {
        let shared = r#"{"type": "int", "label": "shared", "low": 1, "high": 3}"#;
        let under = |label: &str| {
            format!(r#"{{"type": "choice", "label": "{label}", "options": ["none", {{"k": {shared}}}]}}"#)
        };
        let text = format!(
            r#"{{"top": {{"type": "choice", "label": "top", "options": [{}, {}]}}}}"#,
            under("a"),
            under("b")
        );
        serde_json::from_str(&text).expect("a space")
    }

    fn fixed(values: &[(&str, ParamValue)]) -> Point {
        values.iter().map(|(label, value)| ((*label).to_owned(), value.clone())).collect()
    }

    fn option(name: &str) -> ParamValue {
        ParamValue::Option(name.to_owned())
    }

    #[test]
    fn a_shared_value_takes_the_branch_that_the_others_leave() {
        let space = space();
        let at = |label| space.index_of(label).expect("a label");
        for (top, taken, other) in [("0", "a", "b"), ("1", "b", "a")] {
            let fixed = fixed(&[("shared", ParamValue::Int(2)), ("top", option(top))]);
            let allowed = space.demanded_options(&fixed).expect("there is such a point");
            assert_eq!(allowed[at(taken)], Some(vec![1]));
            assert_eq!(allowed[at(other)], None);
        }
    }

    #[test]
    fn values_that_no_point_holds_together_are_refused() {
        let space = space();
        let none = fixed(&[("shared", ParamValue::Int(2)), ("a", option("none")), ("top", option("0"))]);
        assert_eq!(space.demanded_options(&none), None);
        assert!(space.check_partial(&none).is_err());
        // Each of these has a branch of its own, but no two branches are taken at once.
        let both = fixed(&[("a", option("none")), ("b", option("none"))]);
        assert_eq!(space.demanded_options(&both), None);
        assert!(space.check_partial(&both).is_err());
    }
}
