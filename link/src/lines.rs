//! Lines to all the servers, of which one at a time is used.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tunewright_core::Refusal;

use crate::access::Access;

/// A channel whose every call, streams included, says who calls.
pub type Line = InterceptedService<Channel, Bearer>;

/// Puts the token into each call.
#[derive(Clone)]
pub struct Bearer {
    header: Option<MetadataValue<Ascii>>,
}

impl Bearer {
    fn new(access: &Access) -> Result<Self, Refusal> {
        Ok(Self { header: access.token.as_ref().map(|token| token.header()).transpose()? })
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bearer({})", if self.header.is_some() { "***" } else { "none" })
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(header) = &self.header {
            request.metadata_mut().insert("authorization", header.clone());
        }
        Ok(request)
    }
}

/// Lines to all the servers; each connects again by itself when it has to. The one that answered stays in use.
pub struct Lines {
    lines: Vec<Line>,
    bearer: Bearer,
    current: AtomicUsize,
}

impl Lines {
    /// Lines that connect at their first call.
    ///
    /// # Errors
    /// `invalid` if there is no endpoint, or the token cannot be sent.
    pub fn new(endpoints: &[Endpoint], access: &Access) -> Result<Self, Refusal> {
        if endpoints.is_empty() {
            return Err(Refusal::invalid("address", "must name at least one server"));
        }
        let bearer = Bearer::new(access)?;
        let line = |endpoint: &Endpoint| InterceptedService::new(endpoint.connect_lazy(), bearer.clone());
        Ok(Self { lines: endpoints.iter().map(line).collect(), bearer, current: AtomicUsize::new(0) })
    }

    /// Uses this channel, which has connected, for the server at this place, and that server from now on.
    #[must_use]
    pub fn starting_with(mut self, place: usize, channel: Channel) -> Self {
        if let Some(line) = self.lines.get_mut(place) {
            *line = InterceptedService::new(channel, self.bearer.clone());
            self.current = AtomicUsize::new(place);
        }
        self
    }

    /// How many servers there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// The line in use, and the turn that [`move_on`](Self::move_on) wants to hear of it.
    pub fn current(&self) -> (usize, Line) {
        let turn = self.current.load(Ordering::Relaxed);
        (turn, self.lines[turn % self.lines.len()].clone())
    }

    /// The server of this turn does not answer: the next one is used from now on. Of many calls that failed together one
    /// moves on, as otherwise two would be back where they were.
    pub fn move_on(&self, turn: usize) {
        let next = turn.wrapping_add(1);
        // Another call was quicker.
        let _ = self.current.compare_exchange(turn, next, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("count", &self.lines.len()).field("current", &self.current).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Token;

    #[tokio::test]
    async fn calls_that_fail_together_move_on_once() {
        let endpoints = ["http://a:1", "http://b:2"].map(Endpoint::from_static);
        let lines = Lines::new(&endpoints, &Access::default()).expect("lines");
        let (first, _) = lines.current();
        lines.move_on(first);
        lines.move_on(first);
        let (second, _) = lines.current();
        assert_eq!((first, second), (0, 1));
        lines.move_on(second);
        assert_eq!(lines.current().0 % lines.count(), 0);
    }

    #[tokio::test]
    async fn a_token_is_in_every_call_and_in_no_debug_output() {
        let access = Access { token: Token::new("tw_worker_c0ffee").ok(), ..Access::default() };
        let mut bearer = Bearer::new(&access).expect("a token");
        let request = bearer.call(Request::new(())).expect("passes");
        let sent = request.metadata().get("authorization").expect("there").to_str();
        assert_eq!(sent.ok(), Some("Bearer tw_worker_c0ffee"));
        let lines = Lines::new(&[Endpoint::from_static("http://a:1")], &access).expect("a line");
        let shown = format!("{access:?} {bearer:?} {lines:?} {request:?} {:?}", lines.current().1);
        assert!(!shown.contains("c0ffee"), "{shown}");
    }
}
