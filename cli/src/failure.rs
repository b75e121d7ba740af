//! How errors reach people and programs.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::json;
use tunewright_core::{Code, Refusal};
use tunewright_server::storage::StorageError;
use tunewright_worker::WorkerError;

/// The command was interrupted and has said so already.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// What a command set out to do has failed, and nobody refused anything.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failed {
    message: String,
    hint: Option<String>,
}

impl Failed {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

const FAILED: u8 = 1;
const USED_WRONGLY: u8 = 2;
const INTERRUPTED: u8 = 130;

/// Prints the error to stderr and gives the code to exit with.
pub fn report(error: &anyhow::Error, json: bool) -> ExitCode {
    if error.is::<Interrupted>() {
        return ExitCode::from(INTERRUPTED);
    }
    if is_broken_pipe(error) {
        // The reader of our output has seen enough, as in `tunewright study list | head`.
        return ExitCode::SUCCESS;
    }
    print(&if json { as_json(error) } else { as_text(error) });
    ExitCode::from(FAILED)
}

/// Prints what clap says: help and version to stdout, wrong usage to stderr.
pub fn report_usage(error: &clap::Error, json: bool) -> ExitCode {
    if !error.use_stderr() {
        // Nothing can be done about a stdout that is closed.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if json {
        let text = error.render().to_string();
        let message = text.trim().trim_start_matches("error: ");
        print(&document(Code::Invalid.as_str(), None, message, None));
    } else {
        let _ = error.print();
    }
    ExitCode::from(USED_WRONGLY)
}

fn print(text: &str) {
    // A closed stderr leaves the exit code to tell it.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// `error: ...`, and `hint: ...` where there is one.
fn as_text(error: &anyhow::Error) -> String {
    let mut text = format!("error: {}", message_of(error));
    if let Some(hint) = error.chain().find_map(Told::by).and_then(|told| told.hint) {
        text.push_str("\nhint: ");
        text.push_str(&hint);
    }
    text
}

fn as_json(error: &anyhow::Error) -> String {
    let Some((depth, told)) =
        error.chain().enumerate().find_map(|(depth, cause)| Some((depth, Told::by(cause)?)))
    else {
        return document("failed", None, &message_of(error), None);
    };
    // What was being done, outermost first, down to what was refused.
    let outer = error.chain().take(depth).map(ToString::to_string);
    let message = outer.chain([told.message]).collect::<Vec<_>>().join(": ");
    document(told.code, told.field.as_deref(), &message, told.hint.as_deref())
}

/// What an error of one of our own kinds tells.
struct Told {
    code: &'static str,
    field: Option<String>,
    message: String,
    hint: Option<String>,
}

impl Told {
    fn by(cause: &(dyn std::error::Error + 'static)) -> Option<Self> {
        if let Some(Failed { message, hint }) = cause.downcast_ref() {
            return Some(Self { code: "failed", field: None, message: message.clone(), hint: hint.clone() });
        }
        if let Some(error) = cause.downcast_ref::<tunewright::Error>() {
            return Some(match error {
                tunewright::Error::Refused(refusal) => refusal.into(),
                other => Self {
                    code: other.code().as_str(),
                    field: None,
                    message: other.to_string(),
                    hint: other.hint(),
                },
            });
        }
        if let Some(error) = cause.downcast_ref::<WorkerError>() {
            return Some(error.refusal().into());
        }
        if let Some(StorageError::Setup(refusal)) = cause.downcast_ref() {
            return Some(refusal.into());
        }
        cause.downcast_ref::<Refusal>().map(Self::from)
    }
}

impl From<&Refusal> for Told {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code.as_str(),
            field: refusal.field.clone(),
            message: refusal.message.clone(),
            hint: refusal.hint.clone(),
        }
    }
}

fn document(code: &str, field: Option<&str>, message: &str, hint: Option<&str>) -> String {
    json!({"error": {"code": code, "field": field, "message": message, "hint": hint}}).to_string()
}

/// The whole chain in one line; a cause that its context already quotes is not said twice.
fn message_of(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use tunewright_server::RunError;

    use super::*;

    fn refused() -> anyhow::Error {
        let refusal = Refusal::invalid("space.C", "low must be < high").with_hint("swap the bounds");
        Err::<(), _>(refusal).context("cannot read `study.yaml`").expect_err("an error")
    }

    #[test]
    fn people_get_the_error_and_the_hint() {
        assert_eq!(
            as_text(&refused()),
            "error: cannot read `study.yaml`: space.C: low must be < high\nhint: swap the bounds"
        );
        assert_eq!(as_text(&anyhow::anyhow!("no such thing")), "error: no such thing");
    }

    #[test]
    fn programs_get_code_field_message_and_hint() {
        let parsed: serde_json::Value = serde_json::from_str(&as_json(&refused())).expect("JSON");
        assert_eq!(
            parsed,
            json!({"error": {
                "code": "invalid",
                "field": "space.C",
                "message": "cannot read `study.yaml`: low must be < high",
                "hint": "swap the bounds",
            }})
        );
        let plain: serde_json::Value =
            serde_json::from_str(&as_json(&anyhow::anyhow!("no such thing"))).expect("JSON");
        assert_eq!(
            plain,
            json!({"error": {"code": "failed", "field": null, "message": "no such thing", "hint": null}})
        );
    }

    #[test]
    fn what_the_client_was_told_is_told_on() {
        let refusal = Refusal::not_found("no study `x`").with_hint("list them");
        let error = anyhow::Error::from(tunewright::Error::Refused(refusal));
        assert_eq!(as_text(&error), "error: no study `x`\nhint: list them");
        assert!(as_json(&error).contains(r#""code":"not_found""#));
        let setup = StorageError::Setup(Refusal::conflict("in use").with_hint("stop the other"));
        let error = anyhow::Error::from(RunError::from(setup));
        assert_eq!(as_text(&error), "error: the store cannot be opened: in use\nhint: stop the other");
        let failed = anyhow::Error::from(Failed::new("nothing worked").with_hint("try again"));
        assert_eq!(as_text(&failed), "error: nothing worked\nhint: try again");
    }

    #[test]
    fn a_cause_is_not_said_twice() {
        let error = anyhow::anyhow!("disk full").context("cannot write: disk full");
        assert_eq!(as_text(&error), "error: cannot write: disk full");
    }

    #[test]
    fn a_reader_that_left_is_told_apart() {
        let error =
            anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe)).context("listing");
        assert!(is_broken_pipe(&error));
        assert!(!is_broken_pipe(&anyhow::anyhow!("broken pipe")));
    }
}
