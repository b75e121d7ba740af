//! All trials as an Arrow stream, for data frames.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{
    ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray, UInt32Array, UInt64Array,
};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use tunewright_core::analysis::Table;
use tunewright_core::space::Parameter;

/// Rows of one record batch.
const BATCH: usize = 16_384;

/// All trials as an Arrow IPC stream. Parameters are called `params.LABEL`: numbers as floats, choices as the names of
/// their options; metrics are `metrics.NAME`. What is not there is null.
///
/// # Errors
/// If Arrow refuses what it is given, which would be a fault of ours.
pub(crate) fn arrow_stream(table: &Table) -> Result<Vec<u8>, ArrowError> {
    let schema = Arc::new(schema(table));
    let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
    for start in (0..table.len()).step_by(BATCH) {
        let rows = start..(start + BATCH).min(table.len());
        writer.write(&RecordBatch::try_new(Arc::clone(&schema), columns(table, rows))?)?;
    }
    writer.finish()?;
    writer.into_inner()
}

fn schema(table: &Table) -> Schema {
    let time = || DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    let mut fields = vec![
        Field::new("number", DataType::UInt64, false),
        Field::new("state", DataType::Utf8, false),
        Field::new("loss", DataType::Float64, true),
        Field::new("attempt", DataType::UInt32, false),
        Field::new("worker", DataType::Utf8, true),
        Field::new("reason", DataType::Utf8, true),
        Field::new("member", DataType::Utf8, true),
        Field::new("created_at", time(), true),
        Field::new("leased_at", time(), true),
        Field::new("ended_at", time(), true),
    ];
    for parameter in table.space().parameters() {
        let kind = if parameter.options.is_empty() { DataType::Float64 } else { DataType::Utf8 };
        fields.push(Field::new(format!("params.{}", parameter.label), kind, true));
    }
    for name in table.metrics().keys() {
        fields.push(Field::new(format!("metrics.{name}"), DataType::Float64, true));
    }
    Schema::new(fields)
}

fn columns(table: &Table, rows: std::ops::Range<usize>) -> Vec<ArrayRef> {
    let named = |codes: &[Option<u32>], names: &[String]| -> ArrayRef {
        let name = |code: &Option<u32>| names.get((*code)? as usize).map(String::as_str);
        Arc::new(codes.iter().map(name).collect::<StringArray>())
    };
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(UInt64Array::from_iter_values(rows.clone().map(|row| row as u64))),
        Arc::new(StringArray::from_iter_values(
            table.states()[rows.clone()].iter().map(|state| state.as_str()),
        )),
        floats(&table.losses()[rows.clone()]),
        Arc::new(UInt32Array::from(table.attempts()[rows.clone()].to_vec())),
        named(&table.lessees()[rows.clone()], table.lessee_names()),
        Arc::new(
            table.reasons()[rows.clone()]
                .iter()
                .map(|reason| reason.map(|reason| reason.as_str()))
                .collect::<StringArray>(),
        ),
        named(&table.members()[rows.clone()], table.member_names()),
        times(&table.created()[rows.clone()]),
        times(&table.leased()[rows.clone()]),
        times(&table.ended()[rows.clone()]),
    ];
    for (index, parameter) in table.space().parameters().iter().enumerate() {
        let values = &table.values(index)[rows.clone()];
        columns.push(if parameter.options.is_empty() { floats(values) } else { options(parameter, values) });
    }
    columns.extend(table.metrics().values().map(|values| floats(&values[rows.clone()])));
    columns
}

fn floats(values: &[f64]) -> ArrayRef {
    Arc::new(
        values.iter().map(|value| Some(*value).filter(|value| !value.is_nan())).collect::<Float64Array>(),
    )
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
fn times(values: &[f64]) -> ArrayRef {
    let at = |value: &f64| (!value.is_nan()).then_some(*value as i64);
    Arc::new(values.iter().map(at).collect::<TimestampMillisecondArray>().with_timezone("UTC"))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positions of options")]
fn options(parameter: &Parameter, values: &[f64]) -> ArrayRef {
    let mut names = StringBuilder::new();
    for value in values {
        names.append_option((!value.is_nan()).then(|| parameter.options.get(*value as usize)).flatten());
    }
    Arc::new(names.finish())
}
