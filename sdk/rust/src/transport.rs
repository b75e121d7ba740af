//! Lines to the servers, of which one at a time is used.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tonic::transport::Endpoint;
use tunewright_link::{Access, Line, Lines, Pace, addresses, endpoint};

use crate::backoff::Backoff;
use crate::error::innermost;
use crate::{ConnectOptions, Error};

/// Lines to all the servers; each connects again by itself when it has to.
#[derive(Debug)]
pub(crate) struct Transport {
    lines: Lines,
    shown: String,
}

impl Transport {
    /// Lines that connect at their first call.
    pub(crate) fn lazy(options: &ConnectOptions) -> Result<Self, Error> {
        let access = options.access()?;
        Self::over(&endpoints(options, &access)?, &access, options)
    }

    fn over(endpoints: &[Endpoint], access: &Access, options: &ConnectOptions) -> Result<Self, Error> {
        Ok(Self { lines: Lines::new(endpoints, access)?, shown: addresses(&options.addresses).join(", ") })
    }

    /// Tries the servers in turn until one is reached or the deadline has passed.
    pub(crate) async fn connect(options: &ConnectOptions) -> Result<Self, Error> {
        let access = options.access()?;
        let endpoints = endpoints(options, &access)?;
        let transport = Self::over(&endpoints, &access, options)?;
        let began = Instant::now();
        let deadline = began + options.deadline;
        let mut backoff = Backoff::new();
        loop {
            let mut problem = String::new();
            for (place, endpoint) in endpoints.iter().enumerate() {
                match timeout_at(deadline, endpoint.connect()).await {
                    Ok(Ok(channel)) => {
                        return Ok(Self {
                            lines: transport.lines.starting_with(place, channel),
                            ..transport
                        });
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

    /// The line in use, and the turn that [`move_on`](Self::move_on) wants to hear of it.
    pub(crate) fn current(&self) -> (usize, Line) {
        self.lines.current()
    }

    /// The server of this turn does not answer: use the next one from now on.
    pub(crate) fn move_on(&self, turn: usize) {
        self.lines.move_on(turn);
    }

    /// How many servers there are.
    pub(crate) fn count(&self) -> usize {
        self.lines.count()
    }

    pub(crate) fn unreached(&self, waited: Duration, problem: String) -> Error {
        Error::Connect { addresses: self.shown.clone(), waited, problem }
    }
}

fn endpoints(options: &ConnectOptions, access: &Access) -> Result<Vec<Endpoint>, Error> {
    let pace = Pace {
        connect: options.call_timeout,
        keep_alive: options.keep_alive,
        keep_alive_answer: options.call_timeout,
    };
    let endpoint = |address: &String| {
        let endpoint = endpoint(address, access, pace)?;
        let named = endpoint.user_agent(concat!("tunewright-rust/", env!("CARGO_PKG_VERSION")));
        Ok(named.expect("the version is plain ASCII"))
    };
    addresses(&options.addresses).iter().map(endpoint).collect()
}
