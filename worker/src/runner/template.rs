//! The command line, with `{label}` where a parameter's value goes.

use std::collections::BTreeSet;

use tunewright_core::Refusal;
use tunewright_core::space::Point;

/// A command line whose placeholders have been found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    arguments: Vec<Vec<Piece>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Label(String),
}

impl Template {
    /// Reads a command line: `{label}` is a placeholder, `{{` and `}}` are braces.
    ///
    /// # Errors
    /// `invalid` for an empty command and for braces that do not pair up.
    pub fn parse<S: AsRef<str>>(arguments: &[S]) -> Result<Self, Refusal> {
        if arguments.first().is_none_or(|program| program.as_ref().is_empty()) {
            return Err(Refusal::invalid("command", "must not be empty").with_hint("put it after `--`"));
        }
        let arguments =
            arguments.iter().map(|argument| pieces(argument.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { arguments })
    }

    /// The labels that occur in it.
    #[must_use]
    pub fn labels(&self) -> BTreeSet<&str> {
        fn label(piece: &Piece) -> Option<&str> {
            match piece {
                Piece::Label(label) => Some(label),
                Piece::Text(_) => None,
            }
        }
        self.arguments.iter().flatten().filter_map(label).collect()
    }

    /// Whether a placeholder's label has no value in the point: either the parameter is inactive, or unknown.
    #[must_use]
    pub fn leaves_open(&self, point: &Point) -> bool {
        self.labels().into_iter().any(|label| point.get(label).is_none())
    }

    /// The command line for a point. An inactive parameter, one of `known` that has no value, is the empty string.
    ///
    /// # Errors
    /// `invalid` if a label is neither in the point nor in `known`.
    pub fn fill(&self, point: &Point, known: &BTreeSet<String>) -> Result<Vec<String>, Refusal> {
        self.arguments.iter().map(|pieces| fill(pieces, point, known)).collect()
    }
}

fn fill(pieces: &[Piece], point: &Point, known: &BTreeSet<String>) -> Result<String, Refusal> {
    let mut argument = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => argument.push_str(text),
            Piece::Label(label) => match point.get(label) {
                Some(value) => argument.push_str(&value.to_string()),
                None if known.contains(label) => {}
                None => {
                    let hint = "write `{{` and `}}` where the command itself has braces";
                    return Err(Refusal::invalid(
                        "command",
                        format!("`{{{label}}}` is not a parameter of the study"),
                    )
                    .with_hint(hint));
                }
            },
        }
    }
    Ok(argument)
}

fn pieces(argument: &str) -> Result<Vec<Piece>, Refusal> {
    let unpaired = |brace: char| {
        Refusal::invalid("command", format!("has a `{brace}` without its pair in `{argument}`"))
            .with_hint("write `{{` and `}}` where the command itself has braces")
    };
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = argument;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
            text.push_str(&from[..1]);
            rest = after;
        } else if from.starts_with('}') {
            return Err(unpaired('}'));
        } else {
            let Some((label, after)) = from[1..].split_once('}') else {
                return Err(unpaired('{'));
            };
            pieces.push(Piece::Text(std::mem::take(&mut text)));
            pieces.push(Piece::Label(label.to_owned()));
            rest = after;
        }
    }
    text.push_str(rest);
    pieces.push(Piece::Text(text));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use tunewright_core::space::ParamValue;

    use super::*;

    fn point() -> Point {
        [
            ("lr".to_owned(), ParamValue::Float(0.1)),
            ("model.svm.C".to_owned(), ParamValue::Float(1e-7)),
            ("depth".to_owned(), ParamValue::Int(3)),
            ("kind".to_owned(), ParamValue::Option("a b".to_owned())),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn placeholders_are_filled_and_doubled_braces_are_braces() {
        let words = ["train", "--lr={lr}", "{model.svm.C}", "{depth}-{kind}", "awk {{print}} {{{depth}}}"];
        let template = Template::parse(&words).expect("parsed");
        let filled = template.fill(&point(), &BTreeSet::new()).expect("filled");
        assert_eq!(filled, ["train", "--lr=0.1", "1e-7", "3-a b", "awk {print} {3}"]);
        assert!(!template.leaves_open(&point()));
    }

    #[test]
    fn an_inactive_label_is_empty_and_an_unknown_one_is_refused() {
        let template = Template::parse(&["train", "x{gamma}y"]).expect("parsed");
        assert!(template.leaves_open(&point()));
        let known = BTreeSet::from(["gamma".to_owned()]);
        assert_eq!(template.fill(&point(), &known).expect("filled"), ["train", "xy"]);
        let refusal = template.fill(&point(), &BTreeSet::new()).expect_err("refused");
        assert_eq!(refusal.to_string(), "command: `{gamma}` is not a parameter of the study");
        assert!(refusal.hint.is_some());
    }

    #[test]
    fn braces_that_do_not_pair_up_are_refused() {
        for (words, says) in [
            (vec!["a", "{b"], "command: has a `{` without its pair in `{b`"),
            (vec!["a", "b}"], "command: has a `}` without its pair in `b}`"),
            (vec![], "command: must not be empty"),
            (vec![""], "command: must not be empty"),
        ] {
            assert_eq!(Template::parse(&words).expect_err("refused").to_string(), says);
        }
    }
}
