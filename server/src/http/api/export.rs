//! All trials, to take away.

use std::io;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::{Stream, stream};
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::space::ParamValue;
use tunewright_core::study::{Study, Trial, TrialNumber};

use super::Api;
use super::columns::apart;
use super::extract::{Named, StudyPath};
use crate::auth::Caller;
use crate::http::arrow::arrow_stream;
use crate::http::dto::TrialRow;
use crate::problem::{Problem, ProblemBody};
use crate::studies::Handle;

/// Trials that are written at once, each read when those before have been taken.
const CHUNK: usize = 500;

/// The columns of the CSV before those of the parameters and metrics.
const FIXED: [&str; 11] = [
    "number",
    "state",
    "loss",
    "attempt",
    "worker",
    "reason",
    "origin",
    "member",
    "created_at",
    "leased_at",
    "ended_at",
];

/// All trials as comma-separated values: a line of names, then one a trial. Parameters are called `params.LABEL` and
/// metrics `metrics.NAME`; what is not there is empty.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/export.csv", params(StudyPath),
    responses((status = OK, body = String, content_type = "text/csv"), (status = "default", body = ProblemBody)))]
pub(super) async fn csv(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
) -> Result<Response, Problem> {
    let handle = api.study(&caller, Need::Read, &path)?;
    let labels: Vec<String> =
        handle.spec().space.parameters().iter().map(|parameter| parameter.label.clone()).collect();
    let metrics: Vec<String> = api.tables.of(&handle).await?.metrics().keys().cloned().collect();
    let names = FIXED.iter().map(|name| (*name).to_owned());
    let names = names.chain(labels.iter().map(|label| format!("params.{label}")));
    let names: Vec<String> = names.chain(metrics.iter().map(|metric| format!("metrics.{metric}"))).collect();
    let line = move |trial: &Trial| csv_line(&cells(trial, &labels, &metrics));
    let name = format!("{}.csv", handle.key().name);
    let lines = lines(handle, caller, Some(csv_line(&names)), line);
    Ok(download(&name, "text/csv; charset=utf-8", Body::from_stream(lines)))
}

/// All trials as JSON, one a line, as the list of trials has them.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/export.jsonl", params(StudyPath),
    responses((status = OK, body = TrialRow, content_type = "application/jsonl"),
        (status = "default", body = ProblemBody)))]
pub(super) async fn json_lines(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
) -> Result<Response, Problem> {
    let handle = api.study(&caller, Need::Read, &path)?;
    // A row of ours never fails to have a JSON form.
    let line = |trial: &Trial| serde_json::to_string(&TrialRow::of(trial)).unwrap_or_default() + "\n";
    let name = format!("{}.jsonl", handle.key().name);
    Ok(download(&name, "application/jsonl", Body::from_stream(lines(handle, caller, None, line))))
}

/// All trials as an Arrow stream, for data frames (`polars.read_ipc_stream`, `pyarrow.ipc.open_stream`).
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/export.arrow", params(StudyPath),
    responses((status = OK, content_type = "application/vnd.apache.arrow.stream"),
        (status = "default", body = ProblemBody)))]
pub(super) async fn arrow(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
) -> Result<Response, Problem> {
    let handle = api.study(&caller, Need::Read, &path)?;
    let table = api.tables.of(&handle).await?;
    let body = apart(move || arrow_stream(&table)).await?;
    let body = body.map_err(|error| Refusal::internal(format!("the trials have no Arrow form: {error}")))?;
    let name = format!("{}.arrows", handle.key().name);
    Ok(download(&name, "application/vnd.apache.arrow.stream", Body::from(body)))
}

fn download(name: &str, kind: &'static str, body: Body) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, body).into_response()
}

/// The lines of all trials, chunk by chunk. A read that fails breaks the body off, so that it cannot be taken for whole.
fn lines(
    handle: Handle,
    caller: Caller,
    head: Option<String>,
    line: impl Fn(&Trial) -> String + Clone + Send + Sync + 'static,
) -> impl Stream<Item = Result<String, io::Error>> {
    let start = (head, Some(TrialNumber(0)));
    stream::try_unfold(start, move |(head, from)| {
        let (handle, line, still) = (handle.clone(), line.clone(), caller.check());
        async move {
            if let Some(head) = head {
                return Ok(Some((head, (None, from))));
            }
            let Some(from) = from else { return Ok(None) };
            still.map_err(broken_off)?;
            let chunk = handle.read(move |study| chunk(study, from, &line)).await;
            let (text, next) = chunk.map_err(broken_off)?;
            Ok(Some((text, (None, next))))
        }
    })
}

fn broken_off(refusal: Refusal) -> io::Error {
    io::Error::other(refusal)
}

fn chunk(
    study: &Study,
    from: TrialNumber,
    line: &impl Fn(&Trial) -> String,
) -> (String, Option<TrialNumber>) {
    let mut rest = study.trials_from(from);
    let text = rest.by_ref().take(CHUNK).map(line).collect();
    (text, rest.next().map(|trial| trial.number))
}

fn cells(trial: &Trial, labels: &[String], metrics: &[String]) -> Vec<String> {
    let point = trial.point.as_ref().unwrap_or(&trial.fixed);
    let outcome = trial.outcome.clone().unwrap_or_default();
    let row = TrialRow::of(trial);
    let mut cells = row.cells();
    cells.extend(labels.iter().map(|label| point.get(label).map(ParamValue::to_string).unwrap_or_default()));
    cells
        .extend(metrics.iter().map(|name| outcome.metrics.get(name).map(f64::to_string).unwrap_or_default()));
    cells
}

/// One line, quoted where it has to be (RFC 4180). A cell that a spreadsheet would take for a formula is made text.
fn csv_line(cells: &[String]) -> String {
    let mut line = cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '@', '\t', '\r'])
        || (cell.starts_with('-') && cell.parse::<f64>().is_err());
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        let cells = ["a", "1,5", "say \"hi\"", "two\nlines", "", "-0.5", "=1+1", "-x"].map(str::to_owned);
        let expected = "a,\"1,5\",\"say \"\"hi\"\"\",\"two\nlines\",,-0.5,'=1+1,'-x\r\n";
        assert_eq!(csv_line(&cells), expected);
    }
}
