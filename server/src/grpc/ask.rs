//! Asks for trials: from the wire, and back with what they brought.

use tunewright_core::Refusal;
use tunewright_core::study::{Lessee, Waiting};
use tunewright_proto::v1;

use super::answer::assignment;
use crate::storage::Durability;
use crate::studies::{Ask, Asked, Handle};

/// The most trials one ask may lease.
const ASK_MAX: u32 = 1_000;
/// The longest client or request id, in bytes.
const ID_LEN_MAX: usize = 256;

/// What is asked for, whatever the study.
pub(super) fn decode(request: v1::AskTrialsRequest) -> Result<Ask, Refusal> {
    let count = match request.count {
        0 => 1,
        count if count <= ASK_MAX => count,
        count => return Err(Refusal::invalid("count", format!("must be at most {ASK_MAX}, not {count}"))),
    };
    Ok(Ask {
        lessee: Lessee::Client(client_id(request.client_id)?),
        request_id: request_id(request.request_id)?,
        count,
        reclaim: request.reclaim,
    })
}

/// The answer; a refusal if nothing can be leased at the moment.
pub(super) fn encode(
    handle: &Handle,
    asked: Asked,
    durability: Durability,
) -> Result<v1::AskTrialsResponse, Refusal> {
    if asked.trials.is_empty()
        && let Some((why, _)) = asked.waiting
    {
        let message =
            format!("study `{}` has nothing to lease at the moment: {}", handle.key().name, why.as_str());
        return Err(Refusal::exhausted(message, retry_after_ms(why)));
    }
    let objective = asked.objective;
    let encode = |trial| assignment(handle.key(), handle.spec(), trial, objective.clone(), durability);
    Ok(v1::AskTrialsResponse {
        assignments: asked.trials.into_iter().map(encode).collect::<Result<_, _>>()?,
        study_ended: asked.ended.map_or("", |cause| cause.as_str()).to_owned(),
    })
}

/// When an ask that got nothing is worth sending again. Who enqueues trials one by one does so as soon as one has ended.
const fn retry_after_ms(why: Waiting) -> u64 {
    match why {
        Waiting::NothingQueued => 100,
        _ => 500,
    }
}

fn client_id(id: String) -> Result<String, Refusal> {
    match id.len() {
        0 => Err(Refusal::invalid("client_id", "must not be empty")),
        1..=ID_LEN_MAX => Ok(id),
        len => Err(Refusal::invalid("client_id", format!("must be at most {ID_LEN_MAX} bytes, not {len}"))),
    }
}

/// An idempotency key; `None` if it is empty.
pub(super) fn request_id(id: String) -> Result<Option<String>, Refusal> {
    match id.len() {
        0 => Ok(None),
        1..=ID_LEN_MAX => Ok(Some(id)),
        len => Err(Refusal::invalid("request_id", format!("must be at most {ID_LEN_MAX} bytes, not {len}"))),
    }
}
