//! Fifteen to forty parameters: few of which matter, or bowls, straight or rotated.

use crate::chance::Chance;
use crate::landscape::{Landscape, axis, kind};
use crate::terrain::{Bowl, Field, Shape, dot, weights};

pub fn draw(chance: &mut Chance) -> Landscape {
    let count = chance.count(15, 40);
    let exotic = chance.range(0.0, 0.5);
    let axes = (0..count).map(|i| axis(&format!("x{i:02}"), kind(chance, exotic))).collect();
    let centre: Vec<f64> = (0..count).map(|_| chance.range(0.1, 0.9)).collect();
    let hints = vec![centre.clone()];
    let landscape = match chance.count(0, 3) {
        0 => few_axes(count, centre, chance),
        1 => few_directions(count, chance),
        turn => {
            let condition = chance.log_range(3.0, 300.0);
            let weights = weights(count, condition, chance);
            let bowl = Bowl::new(centre, &weights, chance.range(0.5, 1.0));
            let bowl = if turn == 2 { bowl.rotated(chance) } else { bowl };
            let shape = Shape::draw(chance);
            Box::new(move |x: &[f64]| Some(shape.of(bowl.at(x)))) as Box<_>
        }
    };
    Landscape { hints, ..Landscape::new(axes, landscape) }
}

/// Two to six axes matter, the others next to nothing.
fn few_axes(count: usize, centre: Vec<f64>, chance: &mut Chance) -> crate::landscape::Loss {
    let mut weights = vec![1e-4; count];
    let mut lengths = vec![100.0; count];
    for _ in 0..chance.count(2, 6) {
        let axis = chance.count(0, count - 1);
        weights[axis] = chance.range(0.3, 1.0);
        lengths[axis] = chance.range(0.3, 0.8);
    }
    let bowl = Bowl::new(centre, &weights, chance.range(0.6, 1.0));
    let field = Field::new(&lengths, true, chance);
    let height = chance.range(0.0, 0.5);
    Box::new(move |x| Some(bowl.at(x) + height * field.at(x)))
}

/// A field over two to five directions that lie across all axes.
fn few_directions(count: usize, chance: &mut Chance) -> crate::landscape::Loss {
    let inside = chance.count(2, 5);
    let scale = libm::sqrt(3.0 / count as f64);
    let rows: Vec<Vec<f64>> =
        (0..inside).map(|_| chance.normals(count).into_iter().map(|z| z * scale).collect()).collect();
    let field = Field::new(&vec![chance.range(0.6, 1.2); inside], true, chance);
    let bowl = Bowl::new((0..inside).map(|_| chance.range(-0.5, 0.5)).collect(), &vec![1.0; inside], 1.0);
    let height = chance.range(0.3, 3.0);
    Box::new(move |x| {
        let centred: Vec<f64> = x.iter().map(|x| x - 0.5).collect();
        let inner: Vec<f64> = rows.iter().map(|row| dot(row, &centred)).collect();
        Some(0.2 * bowl.at(&inner) + height * field.at(&inner))
    })
}
