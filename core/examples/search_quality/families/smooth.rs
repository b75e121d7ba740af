//! Smooth functions of two to eight parameters: a random field on a tilted bowl.

use crate::chance::Chance;
use crate::landscape::{Landscape, axis, kind};
use crate::terrain::{Bowl, Field, Shape};

pub fn draw(chance: &mut Chance) -> Landscape {
    let count = chance.count(2, 8);
    let exotic = chance.range(0.0, 0.7);
    let axes = (0..count).map(|i| axis(&format!("x{i}"), kind(chance, exotic))).collect();
    // Some axes matter much, some little, some hardly at all; the first always does.
    let mut sensitivity: Vec<f64> = (0..count)
        .map(|i| if i > 0 && chance.happens(0.25) { 0.02 } else { chance.log_range(0.25, 1.0) })
        .collect();
    chance.shuffle(&mut sensitivity);
    let length = chance.range(0.25, 0.8);
    let lengths: Vec<f64> = sensitivity.iter().map(|of| length / of).collect();
    let field = Field::new(&lengths, chance.happens(0.5), chance);
    let is_at_the_edge = chance.happens(0.3);
    let centre = (0..count)
        .map(|_| if is_at_the_edge { chance.range(-0.3, 1.3) } else { chance.range(0.15, 0.85) })
        .collect::<Vec<_>>();
    let weights: Vec<f64> = sensitivity.iter().map(|of| of * of).collect();
    let power = chance.range(0.6, 1.0);
    let bowl = Bowl::new(centre.clone(), &weights, power);
    let bowl = if chance.happens(0.5) { bowl.rotated(chance) } else { bowl };
    let tilt: Vec<f64> = sensitivity.iter().map(|of| 0.5 * of * chance.normal()).collect();
    let (height, depth) = (chance.range(0.2, 1.0), chance.range(0.2, 2.0));
    let shape = Shape::draw(chance);
    let loss = move |x: &[f64]| {
        let tilt = crate::terrain::dot(&tilt, x);
        Some(shape.of(height * field.at(x) + depth * bowl.at(x) + tilt))
    };
    Landscape { hints: vec![centre], ..Landscape::new(axes, Box::new(loss)) }
}
