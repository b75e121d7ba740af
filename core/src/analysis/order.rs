//! The order in which people want trials.

use super::{Column, Filter, Table};
use crate::Refusal;

/// Words that name no column.
const WORDS: [&str; 2] = ["worker", "state"];

/// By what trials are sorted: `number`, `loss`, `duration`, `created`, `leased`, `ended`, `attempt`, `worker` (by name),
/// `state` (as in [`crate::study::TrialState`]), `p.LABEL` (a choice: by the order of its options) or `m.NAME`, with a `-`
/// before it from the greatest to the least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    key: Key,
    descending: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Column(Column),
    Worker,
    State,
}

impl Order {
    /// Reads an order; an empty one is by number.
    ///
    /// # Errors
    /// `invalid` at `sort`, with what may have been meant.
    pub fn parse(text: &str, table: &Table) -> Result<Self, Refusal> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let key = match name {
            "" => Key::Column(Column::Number),
            "worker" => Key::Worker,
            "state" => Key::State,
            name => Key::Column(Column::named(name, table, "sort", &WORDS)?),
        };
        Ok(Self { key, descending })
    }

    /// Sorts trials. Those that have no such figure are last either way, and equal ones are by number.
    pub fn sort(&self, table: &Table, trials: &mut [usize]) {
        let computed: Vec<f64>;
        let column;
        let figures: &[f64] = match &self.key {
            Key::Column(asked) => {
                column = asked.values(table);
                &column
            }
            Key::Worker => {
                computed = by_name(table);
                &computed
            }
            Key::State => {
                computed = table.states().iter().map(|state| f64::from(*state as u8)).collect();
                &computed
            }
        };
        trials.sort_unstable_by(|a, b| {
            let (x, y) = (figures[*a], figures[*b]);
            let order = if self.descending { y.total_cmp(&x) } else { x.total_cmp(&y) };
            // 0 and -0 are equal to people.
            let order = if x == y { std::cmp::Ordering::Equal } else { order };
            x.is_nan().cmp(&y.is_nan()).then(order).then(a.cmp(b))
        });
    }
}

/// The place of each trial's worker among all of them by name; NaN without one.
fn by_name(table: &Table) -> Vec<f64> {
    let names = table.lessee_names();
    let mut sorted: Vec<usize> = (0..names.len()).collect();
    sorted.sort_unstable_by_key(|code| &names[*code]);
    let mut places = vec![f64::NAN; names.len()];
    for (place, code) in sorted.into_iter().enumerate() {
        places[code] = place as f64;
    }
    let place = |lessee: &Option<u32>| lessee.map_or(f64::NAN, |code| places[code as usize]);
    table.lessees().iter().map(place).collect()
}

/// The numbers of the trials that this filter lets through, in this order.
///
/// # Errors
/// `invalid` at `filter` or `sort`.
pub fn trials(table: &Table, filter: &str, sort: &str) -> Result<Vec<usize>, Refusal> {
    let (filter, order) = (Filter::parse(filter, table)?, Order::parse(sort, table)?);
    let mut trials = filter.matching(table);
    order.sort(table, &mut trials);
    Ok(trials)
}
