//! What people look at: a study's trials as columns, and what can be read off them.
//!
//! Everything here is a pure function of a [`Table`], which follows a study by taking in the trials that changed. One file
//! holds one aggregate. Losses are minimised, quantiles are on straight lines between order statistics, and where a
//! part of the trials stands for all of them, it is drawn with a fixed seed, and `n_used` says how many it is.

mod axis;
mod column;
mod contour;
mod edf;
#[cfg(test)]
mod fixture;
mod history;
mod importance;
mod quantile;
mod rank;
mod row;
mod sample;
mod slice;
mod table;

pub use axis::{Axis, NOT_SET, Scale};
pub use column::Column;
pub use contour::{Contour, GRID, PAIR_POINTS_MAX, PairPoints, RADIUS, contour};
pub use edf::{EDF_POINTS_MAX, Edf, edf};
pub use history::{Bucket, History, HistoryAxis, history};
pub use importance::{IMPORTANCE_TRIALS_MIN, Importance, ParameterImportance, importance};
pub use rank::{Rank, RankPoints, rank};
pub use row::Row;
pub use slice::{NotSet, SLICE_POINTS_MAX, Slice, SliceBin, SlicePoints, slice};
pub use table::{METRICS_MAX, Table};
