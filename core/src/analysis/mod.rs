//! What people look at: a study's trials as columns, and what can be read off them.
//!
//! Everything here is a pure function of a [`Table`], which follows a study by taking in the trials that changed. One file
//! holds one aggregate. Losses are minimised, quantiles are on straight lines between order statistics, and where a
//! part of the trials stands for all of them, it is drawn with a fixed seed, and `n_used` says how many it is.

mod axis;
mod column;
#[cfg(test)]
mod fixture;
mod history;
mod quantile;
mod row;
mod sample;
mod table;

pub use axis::{Axis, NOT_SET, Scale};
pub use column::Column;
pub use history::{Bucket, History, HistoryAxis, history};
pub use row::Row;
pub use table::{METRICS_MAX, Table};
