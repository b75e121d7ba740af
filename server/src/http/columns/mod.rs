//! A study's trials as bytes that a page reads without parsing: a header of JSON, then each column as it is in memory.
//!
//! `u32` length of the header, the header (padded with blanks), the columns, each at a multiple of 8 bytes; all little
//! endian. Only what is asked for is sent, and with `since_rev` only the rows that changed after it.

mod body;
mod column;

pub(super) use body::{ColumnsHeader, encode};
pub(super) use column::Column;
