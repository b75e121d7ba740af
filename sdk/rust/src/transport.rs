//! Channels to the servers, of which one at a time is used.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tonic::transport::{Channel, Endpoint};

use crate::address::endpoint;
use crate::backoff::Backoff;
use crate::error::innermost;
use crate::{ConnectOptions, Error};

/// Channels to all the servers; each connects again by itself when it has to.
#[derive(Debug)]
pub(crate) struct Transport {
    channels: Vec<Channel>,
    current: AtomicUsize,
    shown: String,
}

impl Transport {
    /// Channels that connect at their first call.
    pub(crate) fn lazy(options: &ConnectOptions) -> Result<Self, Error> {
        let endpoints = endpoints(options)?;
        Ok(Self {
            channels: endpoints.iter().map(Endpoint::connect_lazy).collect(),
            current: AtomicUsize::new(0),
            shown: options.addresses.join(", "),
        })
    }

    /// Tries the servers in turn until one is reached or the deadline has passed.
    pub(crate) async fn connect(options: &ConnectOptions) -> Result<Self, Error> {
        let endpoints = endpoints(options)?;
        let mut transport = Self::lazy(options)?;
        let began = Instant::now();
        let deadline = began + options.deadline;
        let mut backoff = Backoff::new();
        loop {
            let mut problem = String::new();
            for (at, endpoint) in endpoints.iter().enumerate() {
                match timeout_at(deadline, endpoint.connect()).await {
                    Ok(Ok(channel)) => {
                        transport.channels[at] = channel;
                        transport.current = AtomicUsize::new(at);
                        return Ok(transport);
                    }
                    Ok(Err(error)) => problem = innermost(&error),
                    Err(_) => problem = "the connection took too long".to_owned(),
                }
            }
            let wait = backoff.wait(None);
            if Instant::now() + wait >= deadline {
                return Err(transport.unreached(began.elapsed(), problem));
            }
            sleep(wait).await;
        }
    }

    /// The channel in use.
    pub(crate) fn channel(&self) -> Channel {
        self.channels[self.current.load(Ordering::Relaxed) % self.channels.len()].clone()
    }

    /// The server in use does not answer: use the next one from now on.
    pub(crate) fn rotate(&self) {
        self.current.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn unreached(&self, waited: Duration, problem: String) -> Error {
        Error::Connect { addresses: self.shown.clone(), waited, problem }
    }
}

fn endpoints(options: &ConnectOptions) -> Result<Vec<Endpoint>, Error> {
    if options.addresses.is_empty() {
        return Err(tunewright_core::Refusal::invalid("addresses", "must name at least one server").into());
    }
    options.addresses.iter().map(|address| Ok(endpoint(address, options)?)).collect()
}
