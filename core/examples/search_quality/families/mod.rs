//! The kinds of problems there are. A family and a number make a problem.

mod categorical;
mod rugged;
mod smooth;
mod steep;
mod trained;
mod tree;
mod wide;

use crate::chance::Chance;
use crate::landscape::Landscape;

pub const FAMILIES: [&str; 8] =
    ["smooth", "steep", "trained", "categorical", "tree", "wide", "rugged", "noisy"];

/// Draws a problem of one of [`FAMILIES`].
pub fn draw(family: &str, chance: &mut Chance) -> Landscape {
    match family {
        "steep" => steep::draw(chance),
        "trained" => trained::draw(chance),
        "categorical" => categorical::draw(chance),
        "tree" => tree::draw(chance),
        "wide" => wide::draw(chance),
        "rugged" => rugged::draw(chance),
        "noisy" => Landscape { noise: chance.range(0.05, 0.3), ..smooth::draw(chance) },
        _ => smooth::draw(chance),
    }
}
