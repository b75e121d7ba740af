//! Many minima with a global structure: rough fields on a bowl, or several funnels.

use crate::chance::Chance;
use crate::landscape::{Landscape, axis, kind};
use crate::terrain::{Bowl, Field, weights};

pub fn draw(chance: &mut Chance) -> Landscape {
    let count = chance.count(2, 6);
    let exotic = chance.range(0.0, 0.4);
    let axes = (0..count).map(|i| axis(&format!("x{i}"), kind(chance, exotic))).collect();
    let funnels = if chance.happens(0.5) { 1 } else { chance.count(3, 6) };
    let funnels: Vec<(Bowl, f64, f64)> = (0..funnels)
        .map(|index| {
            let centre = (0..count).map(|_| chance.range(0.1, 0.9)).collect();
            let condition = chance.log_range(1.0, 10.0);
            let weights = weights(count, condition, chance);
            let bowl = Bowl::new(centre, &weights, chance.range(0.5, 1.0)).rotated(chance);
            // The first is the deepest, and rather narrow.
            let (floor, steepness) = if index == 0 {
                (0.0, chance.range(1.0, 3.0))
            } else {
                (chance.range(0.15, 0.6), chance.range(0.5, 2.0))
            };
            (bowl, floor, steepness)
        })
        .collect();
    let scale = libm::sqrt(count as f64);
    let length = chance.range(0.06, 0.15) * scale;
    let field = Field::new(&vec![length; count], chance.happens(0.5), chance);
    let height = chance.range(0.08, 0.35);
    let hints = funnels.iter().map(|(bowl, ..)| bowl.centre.clone()).collect();
    let loss = move |x: &[f64]| {
        let depths = funnels.iter().map(|(bowl, floor, steepness)| floor + steepness * bowl.at(x));
        Some(depths.fold(f64::INFINITY, f64::min) + height * field.at(x))
    };
    Landscape { hints, ..Landscape::new(axes, Box::new(loss)) }
}
