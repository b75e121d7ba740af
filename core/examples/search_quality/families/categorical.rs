//! Three to eight choices with effects of their own and in pairs, and some numbers whose best value depends on one.

use crate::chance::Chance;
use crate::landscape::{Landscape, axis, choice, kind};
use crate::terrain::Shape;

/// A number and the choice that decides where it is best.
struct Dependent {
    choice: usize,
    weight: f64,
    /// By option.
    best: Vec<f64>,
}

pub fn draw(chance: &mut Chance) -> Landscape {
    let sizes = loop {
        let sizes: Vec<usize> = (0..chance.count(3, 8)).map(|_| chance.count(2, 8)).collect();
        if sizes.iter().product::<usize>() >= 200 {
            break sizes;
        }
    };
    let mut entries: Vec<_> =
        sizes.iter().enumerate().map(|(i, size)| choice(&format!("c{i}"), *size)).collect();
    let main: Vec<Vec<f64>> = sizes
        .iter()
        .map(|size| {
            let effect = chance.log_range(0.1, 1.0);
            chance.normals(*size).into_iter().map(|z| z * effect).collect()
        })
        .collect();
    let mut pairs = Vec::new();
    for first in 0..sizes.len() {
        for second in first + 1..sizes.len() {
            if chance.happens(0.35) {
                let effect = chance.log_range(0.05, 0.6);
                let table = chance.normals(sizes[first] * sizes[second]);
                pairs.push((first, second, table.into_iter().map(|z| z * effect).collect::<Vec<_>>()));
            }
        }
    }
    let numbers = chance.count(0, 4);
    let dependent: Vec<Dependent> = (0..numbers)
        .map(|_| {
            let choice = chance.count(0, sizes.len() - 1);
            let spread = chance.range(0.0, 0.4);
            let centre = chance.range(0.2, 0.8);
            let mut near = || (centre + spread * chance.normal()).clamp(0.0, 1.0);
            let best = (0..sizes[choice]).map(|_| near()).collect();
            Dependent { choice, weight: chance.log_range(1.0, 10.0), best }
        })
        .collect();
    entries.extend((0..numbers).map(|i| axis(&format!("x{i}"), kind(chance, 0.6))));
    let shape = Shape::draw(chance);
    let loss = move |x: &[f64]| {
        let alone: f64 = main.iter().zip(x).map(|(effects, option)| effects[*option as usize]).sum();
        let together: f64 = pairs
            .iter()
            .map(|(first, second, table)| table[x[*first] as usize * sizes[*second] + x[*second] as usize])
            .sum();
        let numeric = dependent.iter().zip(&x[sizes.len()..]).map(|(of, at)| {
            let away = at - of.best[x[of.choice] as usize];
            of.weight * away * away
        });
        Some(shape.of(alone + together + numeric.sum::<f64>()))
    };
    Landscape::new(entries, Box::new(loss))
}
