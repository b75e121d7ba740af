//! The kernels of a mixture along one numeric parameter.

use super::coordinate::Coordinate;
use crate::normal;
use crate::space::Latent;
use crate::stream::Stream;

/// Cells narrower than this, in deviations, get the density's integral to the third order in their width: the error
/// is below 1e-5 of it wherever a kernel counts.
const NARROW_CELL: f64 = 0.25;

/// Normal kernels of one width, cut off at 0 and 1; a kernel without a centre is the prior, which is uniform.
#[derive(Debug)]
pub(super) struct Numeric {
    latent: Latent,
    sigma: f64,
    /// By kernel; 0 without a centre.
    centres: Vec<f64>,
    /// By kernel: 1 / sigma; 0 without a centre.
    scales: Vec<f64>,
    /// By kernel: the logarithm of the density at the centre.
    peaks: Vec<f64>,
    /// The different cells that hold centres: index, middle and the peak there.
    cells: Vec<(i64, f64, f64)>,
    /// By kernel: which of the cells is its own; one beyond the last without a centre.
    slots: Vec<usize>,
    /// Scratch, by cell.
    table: Vec<f64>,
}

impl Numeric {
    pub fn new(latent: Latent) -> Self {
        Self {
            latent,
            sigma: 1.0,
            centres: Vec::new(),
            scales: Vec::new(),
            peaks: Vec::new(),
            cells: Vec::new(),
            slots: Vec::new(),
            table: Vec::new(),
        }
    }

    /// Takes the centres, by kernel, and the width of all.
    pub fn fill(&mut self, coordinates: impl Iterator<Item = Coordinate> + Clone, sigma: f64) {
        self.sigma = sigma;
        self.cells.clear();
        let cells = coordinates.clone().filter_map(|coordinate| match coordinate {
            Coordinate::Cell { index, low, high } => Some((index, 0.5 * (low + high), 0.0)),
            _ => None,
        });
        self.cells.extend(cells);
        self.cells.sort_unstable_by_key(|cell| cell.0);
        self.cells.dedup_by_key(|cell| cell.0);
        for cell in &mut self.cells {
            cell.2 = peak(cell.1, sigma);
        }
        self.centres.clear();
        self.scales.clear();
        self.peaks.clear();
        self.slots.clear();
        for coordinate in coordinates {
            let centre = coordinate.unit();
            self.centres.push(centre.unwrap_or(0.0));
            self.scales.push(centre.map_or(0.0, |_| 1.0 / sigma));
            let slot = match coordinate {
                Coordinate::Cell { index, .. } => self.cells.partition_point(|cell| cell.0 < index),
                _ => self.cells.len(),
            };
            self.slots.push(slot);
            let own = self.cells.get(slot).map(|cell| cell.2);
            self.peaks.push(centre.map_or(0.0, |centre| own.unwrap_or_else(|| peak(centre, sigma))));
        }
    }

    /// Adds to each kernel's sum the logarithm of its density at a value, or of the probability of its cell.
    pub fn add(&mut self, coordinate: Coordinate, sums: &mut [f64]) {
        match coordinate {
            Coordinate::Smooth(unit) => self.add_density(unit, 0.0, sums),
            Coordinate::Cell { low, high, .. } => {
                let width = high - low;
                let steps = width / self.sigma;
                if steps < NARROW_CELL {
                    self.add_density(0.5 * (low + high), steps * steps / 24.0, sums);
                    // A person may fix a value whose cell has no probability: both densities have it alike.
                    let log = libm::log(width.max(f64::MIN_POSITIVE));
                    sums.iter_mut().for_each(|sum| *sum += log);
                } else {
                    self.add_masses(low, high, sums);
                }
            }
            Coordinate::Absent | Coordinate::Option(_) => {}
        }
    }

    /// The mean of exp(-t^2/2) over a cell of h deviations is exp(-t^2/2) (1 + h^2/24 (t^2 - 1) + ...), `bend` is
    /// h^2/24.
    fn add_density(&self, unit: f64, bend: f64, sums: &mut [f64]) {
        let half = 0.5 - bend;
        let drop = bend * self.sigma;
        let kernels = self.centres.iter().zip(&self.scales).zip(&self.peaks);
        for (sum, ((centre, scale), peak)) in sums.iter_mut().zip(kernels) {
            let t = (unit - centre) * scale;
            *sum += peak - drop * scale - half * t * t;
        }
    }

    fn add_masses(&mut self, low: f64, high: f64, sums: &mut [f64]) {
        let scale = 1.0 / self.sigma;
        // The peak is 1 / (sqrt(2 pi) sigma mass): what is left of it here is the mass.
        let unit = libm::log(self.sigma / normal::DENSITY_AT_ZERO);
        let log_mass = |&(_, centre, peak): &(i64, f64, f64)| {
            libm::log(normal::mass((low - centre) * scale, (high - centre) * scale)) + peak + unit
        };
        self.table.clear();
        self.table.extend(self.cells.iter().map(log_mass));
        self.table.push(libm::log(high - low));
        for (sum, slot) in sums.iter_mut().zip(&self.slots) {
            *sum += self.table[*slot];
        }
    }

    /// A draw from one kernel.
    pub fn draw(&self, kernel: usize, stream: &mut Stream) -> Coordinate {
        let unit = stream.unit();
        if self.scales[kernel] == 0.0 {
            return Coordinate::quantile(&self.latent, unit);
        }
        let (centre, scale) = (self.centres[kernel], self.scales[kernel]);
        let (below, within) =
            (normal::cdf(-centre * scale), normal::mass(-centre * scale, (1.0 - centre) * scale));
        let t = normal::quantile(below + unit * within);
        Coordinate::quantile(&self.latent, (centre + self.sigma * t).clamp(0.0, 1.0))
    }
}

/// The logarithm of a kernel's density at its centre.
fn peak(centre: f64, sigma: f64) -> f64 {
    let within = normal::mass(-centre / sigma, (1.0 - centre) / sigma);
    libm::log(normal::DENSITY_AT_ZERO / (sigma * within))
}
