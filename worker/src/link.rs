//! The way to the servers.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::Duration;
use tonic::transport::{Channel, Endpoint};
use tunewright_core::Refusal;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;
use tunewright_proto::v1::worker_service_client::WorkerServiceClient;

/// How long a connection may take, and how soon a dead one is noticed.
const CONNECT: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// A configuration with long constants is larger than the usual limit of 4 MiB.
const MESSAGE_MAX: usize = 64 * 1024 * 1024;

/// Channels to all the servers, of which one at a time is used. Each connects again by itself when it has to.
#[derive(Debug)]
pub(crate) struct Link {
    channels: Vec<Channel>,
    current: AtomicUsize,
}

impl Link {
    /// Channels that connect at their first call.
    pub(crate) fn new(servers: &[String]) -> Result<Self, Refusal> {
        if servers.is_empty() {
            return Err(Refusal::invalid("servers", "must name at least one server"));
        }
        let channels =
            servers.iter().map(|server| Ok(endpoint(server)?.connect_lazy())).collect::<Result<_, _>>()?;
        Ok(Self { channels, current: AtomicUsize::new(0) })
    }

    /// The server in use does not answer: the next one is used from now on.
    pub(crate) fn rotate(&self) {
        self.current.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn studies(&self) -> StudyServiceClient<Channel> {
        StudyServiceClient::new(self.channel()).max_decoding_message_size(MESSAGE_MAX)
    }

    pub(crate) fn trials(&self) -> TrialServiceClient<Channel> {
        TrialServiceClient::new(self.channel()).max_decoding_message_size(MESSAGE_MAX)
    }

    pub(crate) fn workers(&self) -> WorkerServiceClient<Channel> {
        WorkerServiceClient::new(self.channel()).max_decoding_message_size(MESSAGE_MAX)
    }

    fn channel(&self) -> Channel {
        self.channels[self.current.load(Ordering::Relaxed) % self.channels.len()].clone()
    }
}

fn endpoint(server: &str) -> Result<Endpoint, Refusal> {
    let host =
        server.trim().trim_start_matches("http://").trim_start_matches("grpc://").trim_end_matches('/');
    let refuse = || {
        Refusal::invalid("servers", format!("must be a host and a port, not `{server}`"))
            .with_hint("write it like `127.0.0.1:7070` or `http://host:7070`")
    };
    let endpoint = Endpoint::from_shared(format!("http://{host}")).map_err(|_| refuse())?;
    if endpoint.uri().port_u16().is_none() || endpoint.uri().path() != "/" {
        return Err(refuse());
    }
    Ok(endpoint
        .connect_timeout(CONNECT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .keep_alive_while_idle(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_are_checked() {
        assert!(Link::new(&["127.0.0.1:7070".to_owned(), "http://host:7070/".to_owned()]).is_ok());
        for bad in ["", "host", "https://host:1", "host:1/path", "a b:1"] {
            let refusal = Link::new(&[bad.to_owned()]).expect_err(bad);
            assert_eq!(refusal.to_string(), format!("servers: must be a host and a port, not `{bad}`"));
        }
        assert_eq!(Link::new(&[]).expect_err("none").to_string(), "servers: must name at least one server");
    }
}
