//! What people look at: a study's trials as columns, and what can be read off them.
//!
//! Everything here is a pure function of a [`Table`], which follows a study by taking in the trials that changed.

mod row;
mod table;

pub use row::Row;
pub use table::{METRICS_MAX, Table};
