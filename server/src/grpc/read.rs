//! Reading trials: one, pages, all.

use std::pin::Pin;

use futures::{Stream, StreamExt as _, stream};
use prost::Message as _;
use tokio_util::sync::CancellationToken;
use tunewright_core::Refusal;
use tunewright_core::access::Need;
use tunewright_core::study::{Study, Trial, TrialNumber, TrialState};
use tunewright_proto::convert::{TrialInfo, states_from_wire, study_from_wire};
use tunewright_proto::status::to_status;
use tunewright_proto::v1;

use super::list::{number_of_token, page_size};
use crate::auth::Caller;
use crate::entry;
use crate::studies::{Handle, Registry, store_refusal};

/// Trials of one message of a stream.
const CHUNK: usize = 500;

/// A message with trials takes no more of them once it has so many bytes: the largest trial is far below a megabyte,
/// and a client takes a message of up to 4.
const MESSAGE_LEN: usize = 1024 * 1024;

/// What `StreamTrials` streams.
pub(super) type TrialStream = dyn Stream<Item = Result<v1::StreamTrialsResponse, tonic::Status>> + Send;

/// One trial with all that is kept beside it.
pub(super) async fn get_trial(
    registry: &Registry,
    caller: &Caller,
    request: v1::GetTrialRequest,
) -> Result<v1::GetTrialResponse, Refusal> {
    let handle = entry::study(registry, caller, Need::Read, &study_from_wire(request.study)?)?;
    let number = TrialNumber(request.number);
    let trial = handle.read(move |study| study.trial(number).cloned()).await?;
    let trial = trial.ok_or_else(|| no_trial(number))?;
    let storage = registry.storage();
    let reports = storage.reports(handle.id(), number).await.map_err(|error| store_refusal(&error))?;
    let output = storage.output(handle.id(), number).await.map_err(|error| store_refusal(&error))?;
    Ok(v1::GetTrialResponse {
        config: config(&handle, &trial)?,
        trial: Some(TrialInfo::from(&trial).try_into()?),
        reports: reports.into_iter().map(v1::TrialReport::from).collect(),
        output: output.map(|(_, text)| text).unwrap_or_default(),
    })
}

/// The best trial; an empty answer if none is completed yet.
pub(super) async fn best_trial(
    registry: &Registry,
    caller: &Caller,
    request: v1::GetBestTrialRequest,
) -> Result<v1::GetBestTrialResponse, Refusal> {
    let handle = entry::study(registry, caller, Need::Read, &study_from_wire(request.study)?)?;
    let Some(trial) = handle.read(|study| study.best().cloned()).await? else {
        return Ok(v1::GetBestTrialResponse::default());
    };
    Ok(v1::GetBestTrialResponse {
        config: config(&handle, &trial)?,
        trial: Some(TrialInfo::from(&trial).try_into()?),
    })
}

/// One page of trials in the order of their numbers.
pub(super) async fn list_trials(
    registry: &Registry,
    caller: &Caller,
    request: v1::ListTrialsRequest,
) -> Result<v1::ListTrialsResponse, Refusal> {
    let handle = entry::study(registry, caller, Need::Read, &study_from_wire(request.study)?)?;
    let states = states_from_wire(&request.states)?;
    let size = page_size(request.page_size)?;
    let from = number_of_token(&request.page_token)?;
    let (trials, next) = handle.read(move |study| page(study, &states, from, size)).await??;
    Ok(v1::ListTrialsResponse { trials, next_page_token: next.map_or_else(String::new, |n| n.to_string()) })
}

/// All trials, in chunks, each read when the one before has been taken.
pub(super) fn stream_trials(
    registry: &Registry,
    caller: &Caller,
    request: v1::StreamTrialsRequest,
    shutdown: CancellationToken,
) -> Result<Pin<Box<TrialStream>>, Refusal> {
    let handle = entry::study(registry, caller, Need::Read, &study_from_wire(request.study)?)?;
    let states = states_from_wire(&request.states)?;
    let caller = caller.clone();
    let chunks = stream::unfold(Some(0), move |from| {
        let (handle, states, shutdown) = (handle.clone(), states.clone(), shutdown.clone());
        let still = caller.check();
        async move {
            let from = from?;
            if let Err(refusal) = still {
                return Some((Err(to_status(&refusal)), None));
            }
            if shutdown.is_cancelled() {
                // A stream that just ended would look whole.
                let refusal = Refusal::unavailable("the server is shutting down", 500);
                return Some((Err(to_status(&refusal)), None));
            }
            match handle.read(move |study| page(study, &states, from, CHUNK)).await.flatten() {
                Ok((trials, next)) => Some((Ok(v1::StreamTrialsResponse { trials }), next)),
                Err(refusal) => Some((Err(to_status(&refusal)), None)),
            }
        }
    });
    Ok(chunks.boxed())
}

/// Up to `size` trials in these states (all if empty) from this number on, and the number the next page begins with.
fn page(
    study: &Study,
    states: &[TrialState],
    from: u64,
    size: usize,
) -> Result<(Vec<v1::Trial>, Option<u64>), Refusal> {
    let wanted = |trial: &&Trial| states.is_empty() || states.contains(&trial.state);
    let mut rest = study.trials_from(TrialNumber(from)).filter(wanted);
    let mut trials = Vec::new();
    let mut length = 0;
    for trial in rest.by_ref() {
        let trial = v1::Trial::try_from(TrialInfo::from(trial))?;
        length += trial.encoded_len();
        trials.push(trial);
        if trials.len() >= size || length >= MESSAGE_LEN {
            break;
        }
    }
    Ok((trials, rest.next().map(|trial| trial.number.0)))
}

fn config(handle: &Handle, trial: &Trial) -> Result<Option<v1::Value>, Refusal> {
    let Some(point) = &trial.point else { return Ok(None) };
    v1::Value::try_from(&handle.spec().space.instantiate(point)?).map(Some)
}

fn no_trial(number: TrialNumber) -> Refusal {
    Refusal::not_found(format!("there is no trial {number}"))
}
