//! `tunewright trial enqueue`.

use clap::Args;
use serde_json::{Map, Value, json};
use tunewright_core::name::StudyName;
use tunewright_core::space::{Point, Space};
use tunewright_core::{Code, Refusal};

use crate::command::study::open;
use crate::context::Context;

#[derive(Debug, Args)]
pub struct EnqueueArgs {
    /// The study's name
    #[arg(value_name = "STUDY", value_parser = |text: &str| StudyName::new(text))]
    study: StudyName,
    /// Values to try, by label; those left out are suggested
    #[arg(value_name = "LABEL=VALUE", required_unless_present = "point", conflicts_with = "point")]
    values: Vec<String>,
    /// The values as a JSON object
    #[arg(long, value_name = "JSON")]
    point: Option<String>,
}

pub async fn run(args: EnqueueArgs, context: &Context) -> anyhow::Result<()> {
    let study = open(context, args.study).await?;
    let space = study.info().await?.spec.space;
    let point = match args.point {
        Some(text) => space.read_point(&from_json(&text)?)?,
        None => from_words(&space, &args.values)?,
    };
    space.check_partial(&point)?;
    let number = study.enqueue(point).await?;
    if context.json {
        return context.print_json(&json!({"number": number}));
    }
    context.print(&format!("enqueued trial {number} of {}\n", study.study_ref()))
}

fn from_json(text: &str) -> Result<Value, Refusal> {
    serde_json::from_str(text).map_err(|error| Refusal::invalid("point", format!("must be JSON: {error}")))
}

/// A point from `label=value` words; what a value is, its parameter says.
fn from_words(space: &Space, words: &[String]) -> Result<Point, Refusal> {
    let mut values = Map::new();
    for word in words {
        // Labels may contain `=` no more than values may: the first one divides.
        let Some((label, text)) = word.split_once('=') else {
            return Err(Refusal::new(Code::Invalid, format!("`{word}` must be LABEL=VALUE")));
        };
        let is_choice = space.index_of(label).is_some_and(|at| !space.parameters()[at].options.is_empty());
        let value = match serde_json::from_str::<Value>(text) {
            Ok(number @ Value::Number(_)) if !is_choice => number,
            _ => Value::String(text.to_owned()),
        };
        if values.insert(label.to_owned(), value).is_some() {
            return Err(Refusal::invalid(label, "must be given once"));
        }
    }
    space.read_point(&Value::Object(values))
}

#[cfg(test)]
mod tests {
    use tunewright_core::space::ParamValue;

    use super::*;

    #[test]
    fn words_are_read_as_their_parameters_want_them() {
        let space = json!({
            "C": {"type": "float", "low": 0.0, "high": 10.0},
            "layers": {"type": "int", "low": 1, "high": 9},
            "width": {"type": "choice", "options": [16, 32]},
        });
        let space: Space = serde_json::from_value(space).expect("a space");
        let words = ["C=3", "layers=2", "width=32"].map(str::to_owned);
        let point = from_words(&space, &words).expect("a point");
        assert_eq!(point.get("C"), Some(&ParamValue::Float(3.0)));
        assert_eq!(point.get("layers"), Some(&ParamValue::Int(2)));
        assert_eq!(point.get("width"), Some(&ParamValue::Option("32".to_owned())));
        for words in [&["C"][..], &["C=1", "C=2"], &["D=1"], &["C=x"]] {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            assert!(from_words(&space, &words).is_err(), "{words:?}");
        }
    }
}
