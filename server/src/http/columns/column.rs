//! The columns that can be asked for.

use tunewright_core::Refusal;
use tunewright_core::analysis::{Axis, Table};
use tunewright_core::space::Distribution;
use tunewright_core::study::{EndReason, Origin, TrialState};

/// Options of a choice that fit into a byte, with one value left for "not set".
const OPTIONS_OF_A_BYTE: usize = 255;

/// A column that can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Column {
    /// The position among the states.
    State,
    /// As 32 bits; NaN if there is none.
    Loss,
    /// As 64 bits.
    ExactLoss,
    /// The values of the parameter at this index: of a choice the option's position, else 32 bits.
    Parameter(usize),
    /// The same as a place on its axis, in a byte.
    Place(usize),
    Metric(String),
    Created,
    Leased,
    Ended,
    Duration,
    Attempt,
    Reason,
    Origin,
    /// Which algorithm proposed the point.
    Member,
    Lessee,
}

/// The values of a column, of the rows that are wanted.
#[derive(Debug)]
pub(super) enum Values {
    U8(Vec<u8>),
    U16(Vec<u16>),
    I32(Vec<i32>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

impl Column {
    /// The column of this name: `state`, `loss`, `p.LABEL`, ...
    ///
    /// # Errors
    /// `invalid` if there is none.
    pub(crate) fn named(name: &str, table: &Table) -> Result<Self, Refusal> {
        let parameter = |label: &str| {
            table.space().index_of(label).ok_or_else(|| {
                Refusal::invalid("cols", format!("must name parameters of the study, which `{label}` is not"))
            })
        };
        Ok(match name {
            "state" => Self::State,
            "loss" => Self::Loss,
            "loss64" => Self::ExactLoss,
            "created" => Self::Created,
            "leased" => Self::Leased,
            "ended" => Self::Ended,
            "duration" => Self::Duration,
            "attempt" => Self::Attempt,
            "reason" => Self::Reason,
            "origin" => Self::Origin,
            "member" => Self::Member,
            "lessee" => Self::Lessee,
            _ => match name.split_once('.') {
                Some(("p", label)) => Self::Parameter(parameter(label)?),
                Some(("q", label)) => Self::Place(parameter(label)?),
                Some(("m", metric)) => Self::Metric(metric.to_owned()),
                _ => {
                    return Err(Refusal::invalid(
                        "cols",
                        format!("must name columns, which `{name}` is none"),
                    )
                    .with_hint("write for example `state,loss,p.lr,m.accuracy,ended`"));
                }
            },
        })
    }

    /// What its codes mean, in their order.
    pub(super) fn dictionary(&self, table: &Table) -> Option<Vec<String>> {
        let owned = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        match self {
            Self::State => owned(&TrialState::ALL.map(TrialState::as_str)),
            Self::Reason => owned(&EndReason::ALL.map(EndReason::as_str)),
            Self::Origin => owned(&["suggested", "enqueued", "retry", "added"]),
            Self::Member => Some(table.member_names().to_vec()),
            Self::Lessee => Some(table.lessee_names().to_vec()),
            _ => None,
        }
    }

    /// The code that says that there is nothing; floats are NaN then.
    pub(super) const fn missing(values: &Values) -> Option<i64> {
        match values {
            Values::U8(_) => Some(u8::MAX as i64),
            Values::U16(_) => Some(u16::MAX as i64),
            Values::I32(_) => Some(-1),
            Values::F32(_) | Values::F64(_) => None,
        }
    }

    /// Its values in these rows.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "codes are small, and charts need 24 bits"
    )]
    pub(super) fn values(&self, table: &Table, rows: &[usize]) -> Values {
        let floats = |column: &[f64]| Values::F32(rows.iter().map(|row| column[*row] as f32).collect());
        let names = |codes: &[Option<u32>]| {
            let code = |code: Option<u32>| code.map_or(-1, |code| code as i32);
            Values::I32(rows.iter().map(|row| code(codes[*row])).collect())
        };
        let exact = |column: &[f64]| Values::F64(rows.iter().map(|row| column[*row]).collect());
        match self {
            Self::State => Values::U8(rows.iter().map(|row| table.states()[*row] as u8).collect()),
            Self::Loss => floats(table.losses()),
            Self::ExactLoss => exact(table.losses()),
            Self::Parameter(index) => {
                let parameter = &table.space().parameters()[*index];
                let column = table.values(*index);
                let is_choice = matches!(
                    parameter.distribution,
                    Distribution::Choice { .. } | Distribution::PChoice { .. }
                );
                if !is_choice {
                    return floats(column);
                }
                if parameter.options.len() <= OPTIONS_OF_A_BYTE {
                    let code = |value: f64| if value.is_nan() { u8::MAX } else { value as u8 };
                    Values::U8(rows.iter().map(|row| code(column[*row])).collect())
                } else {
                    let code = |value: f64| if value.is_nan() { u16::MAX } else { value as u16 };
                    Values::U16(rows.iter().map(|row| code(column[*row])).collect())
                }
            }
            Self::Place(index) => {
                let axis = Axis::of(&table.space().parameters()[*index]);
                let column = table.values(*index);
                Values::U8(rows.iter().map(|row| axis.code(column[*row])).collect())
            }
            Self::Metric(name) => match table.metrics().get(name) {
                Some(column) => floats(column),
                None => Values::F32(vec![f32::NAN; rows.len()]),
            },
            Self::Created => exact(table.created()),
            Self::Leased => exact(table.leased()),
            Self::Ended => exact(table.ended()),
            Self::Duration => {
                let took = |row: &usize| (table.ended()[*row] - table.leased()[*row]) as f32;
                Values::F32(rows.iter().map(took).collect())
            }
            Self::Attempt => Values::I32(rows.iter().map(|row| table.attempts()[*row] as i32).collect()),
            Self::Reason => {
                let code = |reason: Option<EndReason>| {
                    let at = EndReason::ALL.iter().position(|known| Some(*known) == reason);
                    at.map_or(u8::MAX, |at| at as u8)
                };
                Values::U8(rows.iter().map(|row| code(table.reasons()[*row])).collect())
            }
            Self::Origin => Values::U8(rows.iter().map(|row| origin(table.origins()[*row])).collect()),
            Self::Member => names(table.members()),
            Self::Lessee => names(table.lessees()),
        }
    }
}

const fn origin(origin: Origin) -> u8 {
    match origin {
        Origin::Suggested => 0,
        Origin::Enqueued => 1,
        Origin::RetryOf(_) => 2,
        Origin::Added => 3,
    }
}
