//! Why trials failed.

use axum::extract::{Extension, State};
use axum::response::Response;
use tokio::time::Instant;
use tunewright_core::access::Need;
use tunewright_core::analysis::{self, Failures};
use tunewright_core::study::TrialNumber;

use super::Api;
use super::aggregates::{Measured, measured, remembered};
use super::columns::apart;
use super::extract::{Named, StudyPath};
use crate::auth::Caller;
use crate::problem::{Problem, ProblemBody};

/// Trials that are named of each reason.
const EXAMPLES: usize = 3;

/// The reasons for which trials failed, the most frequent first, with the newest examples of each.
#[utoipa::path(get, path = "/api/v1/studies/{project}/{study}/failures", params(StudyPath),
    responses((status = OK, body = Measured<Failures>), (status = "default", body = ProblemBody)))]
pub(super) async fn failures(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<StudyPath>,
) -> Result<Response, Problem> {
    let handle = api.study(&caller, Need::Read, &path)?;
    let table = api.tables.of(&handle).await?;
    remembered(&api, &handle, &table, "failures".to_owned(), async {
        let begun = Instant::now();
        let counted = std::sync::Arc::clone(&table);
        let mut found = apart(move || analysis::failures(&counted, EXAMPLES)).await?;
        // What failed is text, which the table has none of.
        found = handle
            .read(move |study| {
                for example in found.reasons.iter_mut().flat_map(|reason| &mut reason.examples) {
                    let outcome = study.trial(TrialNumber(example.trial as u64));
                    let outcome = outcome.and_then(|trial| trial.outcome.as_ref());
                    example.message = outcome.map(|outcome| outcome.message.clone()).unwrap_or_default();
                }
                found
            })
            .await?;
        measured(&table, begun, found)
    })
    .await
}
