//! Search spaces as people write them: what is read, what is refused and with which words.

mod bad_input;
mod bad_points;
mod cardinality;
mod configuration;
mod docs;
mod hyperopt_form;
mod labels;
mod written_form;

use serde_json::Value;
use tunewright_core::Refusal;
use tunewright_core::space::{ParamValue, Point, Space};

/// A space from YAML that must be right.
fn space(yaml: &str) -> Space {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// The refusal of this JSON text as a space.
fn refusal(json: &str) -> Refusal {
    match Space::from_json(json) {
        Ok(space) => panic!("{json} was read as {space:?}"),
        Err(refusal) => refusal,
    }
}

/// A point from JSON, of this space.
fn point(space: &Space, values: &Value) -> Point {
    space.read_point(values).expect("is a point")
}

fn option(name: &str) -> ParamValue {
    ParamValue::Option(name.to_owned())
}

fn labels(space: &Space) -> Vec<&str> {
    space.parameters().iter().map(|parameter| parameter.label.as_str()).collect()
}
