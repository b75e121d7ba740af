//! Choices among sub-spaces.

use tunewright_core::Refusal;
use tunewright_core::space::{ChoiceNode, ChoiceOption};

use super::field::{non_empty, required};
use super::node;
use crate::v1;

pub(super) fn from_wire(choice: v1::SpaceChoice, levels: usize) -> Result<ChoiceNode, Refusal> {
    let options = choice.options.into_iter().enumerate().map(|(at, option)| {
        let place = if option.name.is_empty() { at.to_string() } else { option.name.clone() };
        option_from_wire(option, levels).map_err(|refusal| refusal.within(&place))
    });
    Ok(ChoiceNode {
        label: non_empty(choice.label),
        named: choice.named,
        options: options.collect::<Result<_, _>>()?,
    })
}

fn option_from_wire(option: v1::SpaceOption, levels: usize) -> Result<ChoiceOption, Refusal> {
    Ok(ChoiceOption {
        name: option.name,
        probability: option.probability,
        node: node::from_wire(required(option.node, "node")?, levels)?,
    })
}

pub(super) fn to_wire(choice: &ChoiceNode, levels: usize) -> Result<v1::SpaceChoice, Refusal> {
    let options = choice.options.iter().map(|option| {
        Ok(v1::SpaceOption {
            name: option.name.clone(),
            probability: option.probability,
            node: Some(node::to_wire(&option.node, levels).map_err(|refusal| refusal.within(&option.name))?),
        })
    });
    Ok(v1::SpaceChoice {
        label: choice.label.clone().unwrap_or_default(),
        named: choice.named,
        options: options.collect::<Result<_, Refusal>>()?,
    })
}
