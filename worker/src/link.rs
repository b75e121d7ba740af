//! The way to the servers.

use tokio::time::Duration;
use tunewright_core::Refusal;
use tunewright_link::{Access, Line, Lines, Pace, addresses, endpoint};
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;
use tunewright_proto::v1::worker_service_client::WorkerServiceClient;

/// How long a connection may take, and how soon a dead one is noticed.
const PACE: Pace = Pace {
    connect: Duration::from_secs(10),
    keep_alive: Duration::from_secs(10),
    keep_alive_answer: Duration::from_secs(10),
};
/// A configuration with long constants is larger than the usual limit of 4 MiB.
const MESSAGE_MAX: usize = 64 * 1024 * 1024;

/// Lines to all the servers, of which one at a time is used. Each connects again by itself when it has to.
#[derive(Debug)]
pub(crate) struct Link {
    lines: Lines,
}

impl Link {
    /// Lines that connect at their first call. Each text may name several servers, with commas between them.
    pub(crate) fn new(servers: &[String], access: &Access) -> Result<Self, Refusal> {
        let named = |refusal: Refusal| match refusal.field.as_deref() {
            Some("address") => Refusal { field: Some("servers".to_owned()), ..refusal },
            _ => refusal,
        };
        let endpoints = addresses(servers)
            .iter()
            .map(|server| endpoint(server, access, PACE))
            .collect::<Result<Vec<_>, _>>()
            .map_err(named)?;
        Ok(Self { lines: Lines::new(&endpoints, access).map_err(named)? })
    }

    /// Whose turn it is, for [`move_on`](Self::move_on).
    pub(crate) fn turn(&self) -> usize {
        self.lines.current().0
    }

    /// The server of this turn does not answer: the next one is used from now on.
    pub(crate) fn move_on(&self, turn: usize) {
        self.lines.move_on(turn);
    }

    /// How many servers there are.
    pub(crate) fn count(&self) -> usize {
        self.lines.count()
    }

    pub(crate) fn studies(&self) -> StudyServiceClient<Line> {
        StudyServiceClient::new(self.lines.current().1).max_decoding_message_size(MESSAGE_MAX)
    }

    pub(crate) fn trials(&self) -> TrialServiceClient<Line> {
        TrialServiceClient::new(self.lines.current().1).max_decoding_message_size(MESSAGE_MAX)
    }

    pub(crate) fn workers(&self) -> WorkerServiceClient<Line> {
        WorkerServiceClient::new(self.lines.current().1).max_decoding_message_size(MESSAGE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_are_checked() {
        let link = |servers: &[&str]| {
            Link::new(&servers.iter().map(ToString::to_string).collect::<Vec<_>>(), &Access::default())
        };
        assert_eq!(link(&["127.0.0.1:7070,http://host:7070/", "host:1"]).expect("three").count(), 3);
        for bad in ["", "a:1,,b:2", "host:1/path", "a b:1"] {
            let refusal = link(&[bad]).expect_err(bad);
            assert!(
                refusal.to_string().starts_with("servers: must be a host and a port, not `"),
                "{refusal}"
            );
        }
        assert_eq!(link(&[]).expect_err("none").to_string(), "servers: must name at least one server");
    }
}
