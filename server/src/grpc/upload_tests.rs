use futures::stream::{self, BoxStream};
use tunewright_core::Code;

use super::*;

type Messages = Vec<Result<v1::PutAttachmentRequest, Status>>;

fn announce(size: u64, sha256: &str) -> v1::PutAttachmentRequest {
    let study = Some(v1::StudyRef { project: String::new(), name: "s".to_owned() });
    let key = Some(v1::AttachmentRef { study, trial: Some(3), name: "model".to_owned() });
    let attachment = v1::Attachment { key, size, sha256: sha256.to_owned() };
    v1::PutAttachmentRequest { part: Some(Part::Attachment(attachment)) }
}

fn content(bytes: &[u8]) -> v1::PutAttachmentRequest {
    v1::PutAttachmentRequest { part: Some(Part::Content(Bytes::copy_from_slice(bytes))) }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::of_digest(sha2::Sha256::digest(bytes).into()).to_string()
}

async fn receive(
    messages: BoxStream<'static, Result<v1::PutAttachmentRequest, Status>>,
) -> Result<Bytes, Refusal> {
    let mut upload = Upload::new(messages);
    let announced = upload.announced().await?;
    upload.content(&announced.attachment).await
}

async fn received(messages: Messages) -> Result<Bytes, Refusal> {
    receive(stream::iter(messages).boxed()).await
}

#[tokio::test]
async fn a_content_may_come_in_any_pieces() {
    let sound = announce(5, &digest(b"hello"));
    for pieces in [vec![&b"hello"[..]], vec![b"he", b"", b"llo"], vec![b"h", b"e", b"l", b"l", b"o"]] {
        let messages = std::iter::once(sound.clone()).chain(pieces.into_iter().map(content)).map(Ok);
        assert_eq!(received(messages.collect()).await, Ok(Bytes::from("hello")));
    }
    assert_eq!(received(vec![Ok(announce(0, &digest(b"")))]).await, Ok(Bytes::new()));
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let sound = || Ok(announce(5, &digest(b"hello")));
    let broken = Err(Status::cancelled("the caller went away"));
    let cases: Vec<(Messages, Code, &str)> = vec![
        (vec![], Code::Invalid, "attachment: must be the first message"),
        (vec![Ok(content(b"hello"))], Code::Invalid, "attachment: must be the first message"),
        (vec![Ok(v1::PutAttachmentRequest { part: None })], Code::Invalid, "part: must be given"),
        (vec![Ok(announce(5, "abc"))], Code::Invalid, "attachment.sha256: must be 64 lowercase"),
        (
            vec![Ok(announce((64 << 20) + 1, &digest(b"")))],
            Code::Invalid,
            "attachment.size: must be at most 67108864",
        ),
        (vec![sound(), sound()], Code::Invalid, "attachment: must come only once"),
        (vec![sound(), Ok(content(b"hell"))], Code::Invalid, "content: must be 5 bytes in all, not 4"),
        (vec![sound()], Code::Invalid, "content: must be 5 bytes in all, not 0"),
        (
            vec![sound(), Ok(content(b"hello!"))],
            Code::Invalid,
            "content: must be 5 bytes in all, and is more",
        ),
        (
            vec![sound(), Ok(content(b"hallo"))],
            Code::Invalid,
            "attachment.sha256: must be that of the content",
        ),
        (
            vec![sound(), Ok(content(&vec![0; CHUNK_MAX + 1]))],
            Code::Invalid,
            "content: must be at most 1048576 bytes a message",
        ),
        (vec![sound(), Ok(content(b"he")), broken], Code::Unavailable, "the caller went away"),
    ];
    for (messages, code, says) in cases {
        let refusal = received(messages).await.expect_err(says);
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(refusal.to_string().starts_with(says), "it says `{refusal}`, not `{says}`");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_sends_nothing_more_is_not_waited_for() {
    let sound = announce(5, &digest(b"hello"));
    let began = Instant::now();
    let silent = stream::iter([Ok(sound.clone())]).chain(stream::pending()).boxed();
    assert_eq!(receive(silent).await.expect_err("late").code, Code::Unavailable);
    assert!(began.elapsed() <= MESSAGE_DEADLINE + Duration::from_secs(1));

    // Each message in time, but no end of them.
    let began = Instant::now();
    let drip = stream::unfold((), async |()| {
        tokio::time::sleep(MESSAGE_DEADLINE / 2).await;
        Some((Ok(content(b"")), ()))
    });
    let endless = stream::iter([Ok(sound)]).chain(drip).boxed();
    assert_eq!(receive(endless).await.expect_err("late").code, Code::Unavailable);
    assert!(began.elapsed() <= WHOLE_DEADLINE + Duration::from_secs(1));
}
