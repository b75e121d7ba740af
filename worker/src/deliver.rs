//! Calls that are made again until the server has answered them.

use tokio::time::{Duration, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tonic::{Code as GrpcCode, Response, Status};
use tonic_types::StatusExt as _;
use tracing::{debug, warn};
use tunewright_core::{Code, Refusal};
use tunewright_proto::status::from_status;

use crate::backoff::Backoff;
use crate::link::Link;

/// The longest wait for one answer.
const CALL: Duration = Duration::from_secs(30);
/// The shortest and the longest wait between two attempts.
const FIRST: Duration = Duration::from_millis(200);
const MOST: Duration = Duration::from_secs(15);
/// How often a call is made that fails by a fault of the server.
const FAULTS_MAX: u32 = 10;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delivered<T> {
    Done(T),
    /// The server will never take it.
    Refused(Refusal),
    /// The worker ends and did not wait any longer.
    GaveUp,
}

impl<T> Delivered<T> {
    /// The same, with another answer.
    pub(crate) fn map<U>(self, answer: impl FnOnce(T) -> U) -> Delivered<U> {
        match self {
            Self::Done(done) => Delivered::Done(answer(done)),
            Self::Refused(refusal) => Delivered::Refused(refusal),
            Self::GaveUp => Delivered::GaveUp,
        }
    }
}

/// Makes a call until one of the servers takes or refuses it; as long as the worker lives, if need be.
///
/// Only the calls under way are kept in memory, at most one for each slot; the ends of trials are also on disk
/// ([`crate::ending`]).
pub(crate) async fn deliver<T, Answer>(
    what: &str,
    link: &Link,
    give_up: &CancellationToken,
    mut call: impl FnMut() -> Answer,
) -> Delivered<T>
where
    Answer: Future<Output = Result<Response<T>, Status>>,
{
    let mut backoff = Backoff::new(FIRST, MOST);
    let (mut faults, mut silences) = (0, 0);
    loop {
        let turn = link.turn();
        let answer = tokio::select! {
            biased;
            () = give_up.cancelled() => return Delivered::GaveUp,
            answer = timeout(CALL, call()) => answer,
        };
        let status = match answer {
            Ok(Ok(response)) => return Delivered::Done(response.into_inner()),
            Ok(Err(status)) => status,
            Err(_) => Status::deadline_exceeded("no answer in time"),
        };
        let refusal = from_status(&status);
        match retry(&status, &refusal) {
            Retry::Never => return Delivered::Refused(refusal),
            Retry::Always => {}
            Retry::Fault if faults + 1 < FAULTS_MAX => faults += 1,
            Retry::Fault => return Delivered::Refused(refusal),
        }
        if refusal.code == Code::Unavailable || status.get_error_details().error_info().is_none() {
            link.move_on(turn);
            silences += 1;
            // Another server may be there at once; only when all have been asked, there is something to wait for.
            if silences % link.count() != 0 {
                continue;
            }
        }
        let wait = backoff.wait(refusal.retry_after_ms.map(Duration::from_millis));
        if wait >= MOST / 2 {
            warn!(%refusal, ?wait, "{what} does not reach the server; trying again");
        } else {
            debug!(%refusal, ?wait, "{what} did not reach the server; trying again");
        }
        tokio::select! {
            () = give_up.cancelled() => return Delivered::GaveUp,
            () = sleep(wait) => {}
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Retry {
    Never,
    Always,
    /// A few times.
    Fault,
}

fn retry(status: &Status, refusal: &Refusal) -> Retry {
    // A status without our details comes from the transport or a proxy, and says nothing about the call itself.
    let ours = status.get_error_details().error_info().is_some();
    match status.code() {
        GrpcCode::Unknown | GrpcCode::Internal | GrpcCode::Cancelled | GrpcCode::DeadlineExceeded
            if !ours =>
        {
            Retry::Always
        }
        _ if refusal.code.is_retryable() => Retry::Always,
        _ if refusal.code == Code::Internal => Retry::Fault,
        _ => Retry::Never,
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use tunewright_proto::status::to_status;

    use super::*;

    fn link() -> Link {
        Link::new(&["127.0.0.1:1".to_owned()], &tunewright_link::Access::default()).expect("an address")
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_again_and_what_never_will_is_not() {
        let failures = [
            Status::unavailable("connection refused"),
            Status::unknown("transport error"),
            to_status(&Refusal::exhausted("too much", 500)),
            to_status(&Refusal::unavailable("the store is away", 100)),
        ];
        let mut left = failures.to_vec();
        let (link, never) = (link(), CancellationToken::new());
        let done = deliver("a result", &link, &never, || {
            ready(match left.pop() {
                Some(status) => Err(status),
                None => Ok(Response::new(7)),
            })
        });
        assert_eq!(done.await, Delivered::Done(7));
        for code in [Code::LeaseLost, Code::Conflict, Code::Closed, Code::Invalid, Code::NotFound] {
            let refusal = Refusal::new(code, "no");
            let mut calls = 0;
            let refused = deliver("a result", &link, &never, || {
                calls += 1;
                ready(Err::<Response<()>, _>(to_status(&refusal)))
            });
            assert_eq!(refused.await, Delivered::Refused(refusal.clone()));
            assert_eq!(calls, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_is_borne_a_few_times_and_an_end_gives_up() {
        let mut calls = 0;
        let (link_to, never) = (link(), CancellationToken::new());
        let fault = Refusal::internal("a bug");
        let refused = deliver("a result", &link_to, &never, || {
            calls += 1;
            ready(Err::<Response<()>, _>(to_status(&fault)))
        });
        assert_eq!(refused.await, Delivered::Refused(fault.clone()));
        assert_eq!(calls, FAULTS_MAX);
        let give_up = CancellationToken::new();
        let ender = give_up.clone();
        tokio::spawn(async move {
            sleep(Duration::from_secs(3_600)).await;
            ender.cancel();
        });
        let link = link();
        let gone = deliver("a result", &link, &give_up, || {
            ready(Err::<Response<()>, _>(Status::unavailable("gone")))
        });
        assert_eq!(gone.await, Delivered::GaveUp);
    }
}
