//! The body of an answer: header and columns.

use serde::Serialize;
use tunewright_core::analysis::Table;
use utoipa::ToSchema;

use super::column::{Column, Values};

const ALIGNMENT: usize = 8;

/// What stands before the columns.
#[derive(Serialize, ToSchema)]
pub(crate) struct ColumnsHeader {
    /// The study: another one of the same name has another.
    id: String,
    /// The study's version that this is of; the next `since_rev`.
    rev: u64,
    /// All trials of the study.
    total: usize,
    rows: usize,
    /// The rows are all trials, in the order of their numbers. Else the first column is `number`.
    full: bool,
    columns: Vec<ColumnInfo>,
}

/// Where a column stands, and how to read it.
#[derive(Serialize, ToSchema)]
struct ColumnInfo {
    name: String,
    /// `u8`, `u16`, `i32`, `f32` or `f64`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// From the start of the columns, in bytes: they begin at the first multiple of 8 behind the header.
    offset: usize,
    /// What the codes mean, in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    dict: Option<Vec<String>>,
    /// The code that says that there is nothing; floats are NaN then.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<i64>,
}

/// The columns of these names, of all trials or of those that changed after `since`.
pub(crate) fn encode(id: String, table: &Table, columns: &[(String, Column)], since: Option<u64>) -> Vec<u8> {
    let changed = |row: &usize| since.is_none_or(|since| table.revs()[*row] > since);
    let rows: Vec<usize> = (0..table.len()).filter(changed).collect();
    let mut values = Vec::with_capacity(columns.len() + 1);
    if since.is_some() {
        let number = |row: &usize| i32::try_from(*row).unwrap_or(i32::MAX);
        values.push(("number".to_owned(), None, Values::I32(rows.iter().map(number).collect())));
    }
    for (name, column) in columns {
        values.push((name.clone(), column.dictionary(table), column.values(table, &rows)));
    }
    let mut header = ColumnsHeader {
        id,
        rev: table.rev().0,
        total: table.len(),
        rows: rows.len(),
        full: since.is_none(),
        columns: Vec::with_capacity(values.len()),
    };
    let mut content = Vec::new();
    for (name, dict, values) in values {
        let (kind, offset) = (values.kind(), content.len());
        let missing = Column::missing(&values);
        values.write(&mut content);
        content.resize(content.len().next_multiple_of(ALIGNMENT), 0);
        header.columns.push(ColumnInfo { name, kind, offset, dict, missing });
    }
    // Nothing in it fails to have a JSON form.
    let mut text = serde_json::to_vec(&header).unwrap_or_default();
    text.resize((text.len() + 4).next_multiple_of(ALIGNMENT) - 4, b' ');
    let mut body = Vec::with_capacity(4 + text.len() + content.len());
    body.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    body.extend_from_slice(&text);
    body.extend_from_slice(&content);
    body
}

impl Values {
    const fn kind(&self) -> &'static str {
        match self {
            Self::U8(_) => "u8",
            Self::U16(_) => "u16",
            Self::I32(_) => "i32",
            Self::F32(_) => "f32",
            Self::F64(_) => "f64",
        }
    }

    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::U8(values) => to.extend_from_slice(values),
            Self::U16(values) => values.iter().for_each(|value| to.extend_from_slice(&value.to_le_bytes())),
            Self::I32(values) => values.iter().for_each(|value| to.extend_from_slice(&value.to_le_bytes())),
            Self::F32(values) => values.iter().for_each(|value| to.extend_from_slice(&value.to_le_bytes())),
            Self::F64(values) => values.iter().for_each(|value| to.extend_from_slice(&value.to_le_bytes())),
        }
    }
}
