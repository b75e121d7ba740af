//! The codec of all calls: protobuf, and a refusal that names the field where bytes are no such message.

use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder};
use tonic_prost::{ProstCodec, ProstEncoder};
use tunewright_core::Refusal;

use crate::status::to_status;

/// Like tonic's own codec, but bytes that are no message are `invalid` input of the sender, not a fault of the
/// receiver, and the field is named: text that is not UTF-8, a wrong wire type, messages nested too deep.
#[derive(Debug)]
pub struct CheckedCodec<T, U> {
    messages: PhantomData<(T, U)>,
}

impl<T, U> Default for CheckedCodec<T, U> {
    fn default() -> Self {
        Self { messages: PhantomData }
    }
}

impl<T, U> Codec for CheckedCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = CheckedDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::raw_encoder(BufferSettings::default())
    }

    fn decoder(&mut self) -> Self::Decoder {
        CheckedDecoder { message: PhantomData }
    }
}

/// Reads one kind of message.
#[derive(Debug)]
pub struct CheckedDecoder<U> {
    message: PhantomData<U>,
}

impl<U: Message + Default> Decoder for CheckedDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        U::decode(bytes).map(Some).map_err(|error| to_status(&refusal(&error.to_string())))
    }
}

/// What prost says is `PREFIX: Inner.field: Outer.field: PROBLEM`; a path has the outer field first.
fn refusal(problem: &str) -> Refusal {
    let is_field = |part: &&str| part.contains('.') && !part.contains(' ');
    let parts: Vec<&str> = problem.split(": ").collect();
    let fields = parts.iter().filter(|part| is_field(part)).filter_map(|part| part.split('.').next_back());
    let path: Vec<&str> = fields.collect::<Vec<_>>().into_iter().rev().collect();
    let what = parts.last().copied().unwrap_or(problem);
    let field = if path.is_empty() { "message".to_owned() } else { path.join(".") };
    if what == "data is not UTF-8 encoded" {
        return Refusal::invalid(field, "must be text in UTF-8");
    }
    Refusal::invalid(field, format!("must be a protobuf message of this call: {what}"))
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::refusal;
    use crate::v1;

    #[test]
    fn what_cannot_be_decoded_is_named_by_its_path() {
        // A study whose name is the byte 0xff, and a study that is a number.
        for (bytes, says) in [
            (&[0x0a, 0x03, 0x12, 0x01, 0xff][..], "study.name: must be text in UTF-8"),
            (&[0x08, 0x01][..], "study: must be a protobuf message of this call: "),
            (&[0x0a, 0x7f][..], "study: must be a protobuf message of this call: buffer underflow"),
        ] {
            let error = v1::CreateStudyRequest::decode(bytes).expect_err("no such message");
            let refusal = refusal(&error.to_string());
            assert!(refusal.to_string().starts_with(says), "{refusal} ({error})");
        }
    }
}
