//! Asking for trials.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tunewright_core::Refusal;
use tunewright_core::study::StudyRef;
use tunewright_proto::v1;
use uuid::Uuid;

use crate::backoff::Backoff;
use crate::call::trials;
use crate::{Client, Error, LeasedTrial};

/// What an ask came to: some trials, or the end of the study.
#[derive(Debug)]
pub struct Asked {
    /// At most as many as were asked for.
    pub trials: Vec<LeasedTrial>,
    /// The study leases nothing more; why, for example `max_trials`.
    pub ended: Option<String>,
}

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub count: u32,
    /// The client's own running trials come first.
    pub reclaim: bool,
    pub patience: Duration,
    /// Whether to wait while nothing can be leased.
    pub wait: bool,
}

pub(crate) async fn ask(client: &Client, study: &StudyRef, ask: Ask) -> Result<Asked, Error> {
    let request = v1::AskTrialsRequest {
        study: Some(study.into()),
        client_id: client.client_id().to_owned(),
        // The same for all attempts of this ask: an answer that was lost on its way comes again.
        request_id: Uuid::now_v7().simple().to_string(),
        count: ask.count,
        reclaim: ask.reclaim,
    };
    let deadline = Instant::now() + ask.patience;
    let mut backoff = Backoff::new();
    loop {
        let patience = deadline.saturating_duration_since(Instant::now());
        let answer = client.patient_call(patience, ask.wait, &request, |channel, request| async move {
            trials(channel).ask_trials(request).await
        });
        let answer = answer.await?;
        let leased = answer.assignments.into_iter();
        let leased = leased.map(|assignment| LeasedTrial::from_assignment(client.clone(), assignment));
        let leased = leased.collect::<Result<Vec<_>, _>>()?;
        let ended = (!answer.study_ended.is_empty()).then_some(answer.study_ended);
        if !leased.is_empty() || ended.is_some() {
            return Ok(Asked { trials: leased, ended });
        }
        // A study whose space was exhausted by this very ask tells its end to the next one.
        let wait = backoff.wait(None);
        if !ask.wait || Instant::now() + wait >= deadline {
            return Err(Refusal::exhausted("there is nothing to lease at the moment", 50).into());
        }
        sleep(wait).await;
    }
}
