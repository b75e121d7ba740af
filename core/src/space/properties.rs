//! What holds for any space.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::arbitrary::{distributions, finite_spaces, points, spaces, value_at};
use super::{
    Activation, ChoiceNode, ChoiceOption, Distribution, Latent, Node, ParamValue, Parameter, Point, Space,
};

fn space_and_point() -> impl Strategy<Value = (Space, Point)> {
    spaces().prop_flat_map(|space| {
        let points = points(&space);
        (Just(space), points)
    })
}

/// The number of all full points of a finite space, by listing them; `None` if there are very many.
fn count_by_listing(space: &Space) -> Option<u64> {
    let mut chosen = vec![Vec::<Option<usize>>::new()];
    let mut points = vec![Point::default()];
    for (index, parameter) in space.parameters().iter().enumerate() {
        let values = values(parameter);
        let (mut longer_chosen, mut longer_points) = (Vec::new(), Vec::new());
        for (chosen, point) in chosen.iter().zip(&points) {
            if !space.is_active(index, |parent| chosen[parent]) {
                longer_chosen.push([chosen.clone(), vec![None]].concat());
                longer_points.push(point.clone());
                continue;
            }
            for value in &values {
                longer_chosen.push([chosen.clone(), vec![parameter.option_index(value)]].concat());
                longer_points.push(point.clone());
                longer_points.last_mut()?.set(&*parameter.label, value.clone());
            }
        }
        if longer_points.len() > 3_000 {
            return None;
        }
        (chosen, points) = (longer_chosen, longer_points);
    }
    assert!(points.iter().all(|point| space.check(point).is_ok()));
    Some(points.len() as u64)
}

/// All values of a parameter of [`finite_spaces`], by trying whatever may be one.
fn values(parameter: &Parameter) -> Vec<ParamValue> {
    let multiples = |origin: f64, q: f64| (-600..600).map(move |k: i32| origin + f64::from(k) * q);
    let candidates: Vec<ParamValue> = match &parameter.distribution {
        Distribution::QUniform { q, .. } | Distribution::QLogUniform { q, .. } => {
            multiples(0.0, *q).map(ParamValue::Float).collect()
        }
        Distribution::Float { low, high, step: Some(step), .. } => {
            let mut values: Vec<f64> = multiples(*low, *step).map(|value| value.min(*high)).collect();
            values.dedup();
            values.into_iter().map(ParamValue::Float).collect()
        }
        Distribution::Choice { .. } | Distribution::PChoice { .. } => {
            parameter.options.iter().cloned().map(ParamValue::Option).collect()
        }
        _ => (-100..100).map(ParamValue::Int).collect(),
    };
    candidates.into_iter().filter(|value| parameter.check_value(value).is_ok()).collect()
}

/// The same space with the keys of all maps and the named options in the opposite order.
fn turned(node: Node) -> Node {
    match node {
        Node::List(items) => Node::List(items.into_iter().map(turned).collect()),
        Node::Map(entries) => {
            Node::Map(entries.into_iter().rev().map(|(key, node)| (key, turned(node))).collect())
        }
        Node::Choice(choice) => {
            let turn = |option: ChoiceOption| ChoiceOption { node: turned(option.node), ..option };
            let mut options: Vec<ChoiceOption> = choice.options.into_iter().map(turn).collect();
            if choice.named {
                options.reverse();
            }
            Node::Choice(ChoiceNode { options, ..choice })
        }
        other => other,
    }
}

/// Whether a number of a point is among the leaves of a configuration, with its type.
fn holds(configuration: &Value, value: &ParamValue) -> bool {
    match (configuration, value) {
        (Value::Array(items), _) => items.iter().any(|item| holds(item, value)),
        (Value::Object(entries), _) => entries.values().any(|entry| holds(entry, value)),
        (Value::Number(number), ParamValue::Int(value)) => number.as_i64() == Some(*value),
        (Value::Number(number), ParamValue::Float(value)) => {
            number.is_f64() && number.as_f64() == Some(*value)
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn the_written_form_reads_back_as_it_was(space in spaces()) {
        let json = serde_json::to_string(&space).unwrap();
        prop_assert_eq!(&Space::from_json(&json).unwrap(), &space);
        prop_assert_eq!(&serde_json::from_str::<Space>(&json).unwrap(), &space);
        let yaml = serde_saphyr::to_string(&space).unwrap();
        let back: Space = serde_saphyr::from_str(&yaml)
            .map_err(|error| TestCaseError::fail(format!("{error}\n{yaml}")))?;
        prop_assert_eq!(&back, &space, "{}", yaml);
    }

    #[test]
    fn parameters_are_labelled_uniquely_and_come_after_what_switches_them(space in spaces()) {
        let mut labels = BTreeSet::new();
        for (index, parameter) in space.parameters().iter().enumerate() {
            prop_assert!(labels.insert(&parameter.label));
            prop_assert_eq!(space.index_of(&parameter.label), Some(index));
            if let Activation::AnyOf(switches) = &parameter.activation {
                prop_assert!(!switches.is_empty());
                prop_assert!(switches.is_sorted_by(|a, b| a < b));
                for (parent, option) in switches {
                    prop_assert!(*parent < index);
                    prop_assert!(*option < space.parameters()[*parent].options.len());
                }
            }
        }
    }

    #[test]
    fn checked_points_instantiate((space, point) in space_and_point()) {
        space.check(&point).unwrap();
        space.check_partial(&point).unwrap();
        prop_assert_eq!(&space.implied(&point).unwrap(), &point);
        let configuration = space.instantiate(&point).unwrap();
        for (label, value) in point.iter().filter(|(_, value)| !matches!(value, ParamValue::Option(_))) {
            prop_assert!(holds(&configuration, value), "{} of {} is not in {}", value, label, configuration);
        }
        let json = serde_json::to_value(&point).unwrap();
        prop_assert_eq!(&space.read_point(&json).unwrap(), &point);
    }

    #[test]
    fn a_point_without_one_of_its_values_is_only_partial((space, point) in space_and_point(), at in any::<prop::sample::Index>()) {
        let mut less = point.clone();
        let label = point.0.keys().nth(at.index(point.0.len())).unwrap();
        less.0.remove(label);
        prop_assert!(space.check(&less).is_err());
        prop_assert!(space.check_partial(&less).is_ok());
    }

    #[test]
    fn a_value_out_of_an_inactive_branch_is_refused((space, point) in space_and_point()) {
        for parameter in space.parameters() {
            if point.get(&parameter.label).is_some() {
                continue;
            }
            let mut more = point.clone();
            more.set(&*parameter.label, value_at(parameter, 0.5));
            let refusal = space.check(&more).unwrap_err();
            prop_assert_eq!(refusal.field.as_ref(), Some(&parameter.label));
            prop_assert_eq!(space.check_partial(&more), Err(refusal));
        }
    }

    #[test]
    fn the_order_of_keys_makes_no_difference(space in spaces()) {
        let other = Space::try_from(turned(space.root().clone())).unwrap();
        prop_assert_eq!(other.hash_text(), space.hash_text());
        prop_assert_eq!(other.describe_difference(&space), None);
    }

    #[test]
    fn finite_spaces_have_as_many_points_as_can_be_listed(space in finite_spaces()) {
        if let Some(count) = count_by_listing(&space) {
            prop_assert_eq!(space.cardinality(), Some(count));
        }
    }

    #[test]
    fn quantiles_are_values_and_are_counted_alike(distribution in distributions(), u in 0.0..=1.0) {
        prop_assert_eq!(distribution.validate(), Ok(()));
        let latent = Latent::of(&distribution).unwrap();
        prop_assert_eq!(latent.indices().map(|(first, last)| last.abs_diff(first) + 1), distribution.cardinality());
        for u in [0.0, u, 1.0] {
            let value = latent.value(latent.law.quantile(u));
            prop_assert!(distribution.contains(&value), "{} of {:?} at {}", value, distribution, u);
        }
    }
}
