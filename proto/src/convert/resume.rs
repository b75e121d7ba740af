//! Where the next attempt can go on.

use tunewright_core::Refusal;
use tunewright_core::study::ResumeHint;

use crate::v1;

impl TryFrom<v1::ResumeHint> for ResumeHint {
    type Error = Refusal;

    fn try_from(hint: v1::ResumeHint) -> Result<Self, Refusal> {
        let checkpoint_uri = checkpoint_uri(hint.checkpoint_uri)?;
        Ok(Self { step: hint.step, checkpoint_uri })
    }
}

impl From<ResumeHint> for v1::ResumeHint {
    fn from(hint: ResumeHint) -> Self {
        Self { step: hint.step, checkpoint_uri: hint.checkpoint_uri }
    }
}

pub(super) fn checkpoint_uri(uri: String) -> Result<String, Refusal> {
    let most = ResumeHint::URI_LEN_MAX;
    if uri.len() > most {
        let message = format!("must be at most {most} bytes, not {}", uri.len());
        return Err(Refusal::invalid("checkpoint_uri", message));
    }
    Ok(uri)
}
