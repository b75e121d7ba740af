//! Finding a low place of a smooth function in a box.

/// A function with its gradient: fills in the second argument and returns the value at the first.
pub(super) trait Smooth: FnMut(&[f64], &mut [f64]) -> f64 {}

impl<F: FnMut(&[f64], &mut [f64]) -> f64> Smooth for F {}

/// How many past steps the curvature is estimated from.
const MEMORY: usize = 8;

/// How often a step is halved before the search ends.
const HALVINGS: u32 = 12;

/// Goes down from `x`, which holds the lowest place found when it returns; the value there.
///
/// Limited-memory BFGS (J. Nocedal, "Updating quasi-Newton matrices with limited storage", Mathematics of Computation
/// 35, 1980) on the coordinates that are not held at an end of their range, with steps that are cut off at the box and
/// halved until they satisfy Armijo's condition. Takes at most so many `steps`; ends early where a step gains less
/// than `least`, relative to the value.
pub(super) fn descend(
    x: &mut [f64],
    bounds: &[(f64, f64)],
    steps: usize,
    least: f64,
    mut function: impl Smooth,
) -> f64 {
    let size = x.len();
    let mut gradient = vec![0.0; size];
    let mut value = function(x, &mut gradient);
    let mut past: Vec<Step> = Vec::new();
    let (mut next, mut next_gradient) = (vec![0.0; size], vec![0.0; size]);
    for _ in 0..steps {
        if !value.is_finite() {
            break;
        }
        let direction = direction(x, &gradient, bounds, &past);
        // The first step is no longer than a tenth of a unit: nothing is known yet of the scale.
        let longest = direction.iter().fold(0.0_f64, |most, d| most.max(d.abs()));
        if longest <= 1e-12 {
            break;
        }
        let mut length = if past.is_empty() { (0.1 / longest).min(1.0) } else { (1.0 / longest).min(1.0) };
        let mut next_value = f64::INFINITY;
        for _ in 0..HALVINGS {
            for (i, to) in next.iter_mut().enumerate() {
                *to = (x[i] + length * direction[i]).clamp(bounds[i].0, bounds[i].1);
            }
            next_value = function(&next, &mut next_gradient);
            let expected: f64 = (0..size).map(|i| gradient[i] * (next[i] - x[i])).sum();
            if next_value <= value + 1e-4 * expected {
                break;
            }
            next_value = f64::INFINITY;
            length *= 0.5;
        }
        if !next_value.is_finite() {
            break;
        }
        let step = Step::between(x, &next, &gradient, &next_gradient);
        if step.curvature > 1e-10 {
            if past.len() == MEMORY {
                past.remove(0);
            }
            past.push(step);
        }
        let gain = value - next_value;
        x.copy_from_slice(&next);
        gradient.copy_from_slice(&next_gradient);
        value = next_value;
        if gain <= least * value.abs().max(1.0) {
            break;
        }
    }
    value
}

/// One step that was taken.
#[derive(Debug)]
struct Step {
    of_x: Vec<f64>,
    of_gradient: Vec<f64>,
    curvature: f64,
}

impl Step {
    fn between(x: &[f64], next: &[f64], gradient: &[f64], next_gradient: &[f64]) -> Self {
        let of_x: Vec<f64> = next.iter().zip(x).map(|(to, from)| to - from).collect();
        let of_gradient: Vec<f64> = next_gradient.iter().zip(gradient).map(|(to, from)| to - from).collect();
        let curvature = product(&of_x, &of_gradient);
        Self { of_x, of_gradient, curvature }
    }
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Where to go: minus the gradient, times the inverse of the curvature as far as the past steps tell it.
fn direction(x: &[f64], gradient: &[f64], bounds: &[(f64, f64)], past: &[Step]) -> Vec<f64> {
    let held = |i: usize| {
        let (low, high) = bounds[i];
        (x[i] <= low && gradient[i] > 0.0) || (x[i] >= high && gradient[i] < 0.0)
    };
    let free: Vec<bool> = (0..x.len()).map(|i| !held(i)).collect();
    let mut q: Vec<f64> = gradient.iter().zip(&free).map(|(g, free)| if *free { -g } else { 0.0 }).collect();
    let steepest = q.clone();
    let mut shares = Vec::with_capacity(past.len());
    for step in past.iter().rev() {
        let share = product(&step.of_x, &q) / step.curvature;
        q.iter_mut().zip(&step.of_gradient).for_each(|(q, y)| *q -= share * y);
        shares.push(share);
    }
    if let Some(last) = past.last() {
        let scale = last.curvature / product(&last.of_gradient, &last.of_gradient);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for (step, share) in past.iter().zip(shares.into_iter().rev()) {
        let other = product(&step.of_gradient, &q) / step.curvature;
        q.iter_mut().zip(&step.of_x).for_each(|(q, s)| *q += (share - other) * s);
    }
    q.iter_mut().zip(&free).for_each(|(q, free)| {
        if !*free {
            *q = 0.0;
        }
    });
    // Down it must go.
    if product(&q, gradient) < 0.0 { q } else { steepest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valley_is_followed_to_its_lowest_place() {
        // A rotated, badly scaled bowl about (0.3, -0.2, 0.5).
        let bowl = |x: &[f64], gradient: &mut [f64]| {
            let (a, b, c) = (x[0] - 0.3, x[1] + 0.2, x[2] - 0.5);
            let (p, q, r) = (a + b, a - b, c);
            gradient[0] = 2.0 * (100.0 * p + q);
            gradient[1] = 2.0 * (100.0 * p - q);
            gradient[2] = 20.0 * r;
            100.0 * p * p + q * q + 10.0 * r * r
        };
        let mut x = [-0.9, 0.8, 0.9];
        let value = descend(&mut x, &[(-1.0, 1.0); 3], 60, 0.0, bowl);
        assert!(value < 1e-9, "{value} at {x:?}");
        // With the lowest place outside of the box, the best one on its side is found: p = 0.05, a >= 0.35.
        let mut x = [0.9, 0.8, 0.9];
        descend(&mut x, &[(0.35, 1.0), (-1.0, 1.0), (-1.0, 1.0)], 60, 0.0, bowl);
        let b = -0.05 * (100.0 - 1.0) / 101.0;
        assert!(x[0] == 0.35 && (x[1] + 0.2 - b).abs() < 1e-5 && (x[2] - 0.5).abs() < 1e-5, "{x:?}");
    }

    #[test]
    fn what_has_no_value_is_not_entered() {
        let mut x = [0.0];
        let cliff = |x: &[f64], gradient: &mut [f64]| {
            gradient[0] = -1.0;
            if x[0] > 0.5 { f64::NAN } else { -x[0] }
        };
        let value = descend(&mut x, &[(-1.0, 1.0)], 50, 0.0, cliff);
        assert!(value.is_finite() && x[0] <= 0.5 && x[0] > 0.4, "{x:?}");
    }
}
