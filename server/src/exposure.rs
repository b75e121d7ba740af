//! Beyond this machine only behind TLS and tokens, or with a warning that does not end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use crate::config::Config;
use crate::metrics::Metrics;

/// How often it is said that the server is open to others.
const REMINDER: Duration = Duration::from_secs(60);

/// What keeps strangers out is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exposure {
    address: SocketAddr,
    lacks: &'static str,
}

impl Exposure {
    /// Whether others than this machine can reach `address`, and what would keep strangers out is missing.
    pub(crate) fn of(address: SocketAddr, config: &Config) -> Option<Self> {
        if address.ip().is_loopback() {
            return None;
        }
        let lacks = match (config.tls.is_some(), config.auth) {
            (true, true) => return None,
            (false, true) => "encryption",
            (true, false) => "authentication",
            (false, false) => "encryption and authentication",
        };
        Some(Self { address, lacks })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) const fn lacks(&self) -> &'static str {
        self.lacks
    }

    /// Warns of it every minute, for ever.
    pub(crate) async fn remind(self, metrics: Arc<Metrics>) {
        metrics.set_exposed(true);
        let mut reminders = interval(REMINDER);
        reminders.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            reminders.tick().await;
            warn!(
                address = %self.address,
                "listening beyond this machine without {}: whoever reaches this port, or the way to it, owns all studies",
                self.lacks
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::TlsFiles;

    #[test]
    fn beyond_this_machine_both_are_needed() {
        let files = || TlsFiles { cert: PathBuf::new(), key: PathBuf::new(), client_ca: None };
        let lacks = |address: &str, tls: bool, auth: bool| {
            let config = Config { auth, tls: tls.then(files), ..Config::default() };
            Exposure::of(address.parse().expect("an address"), &config).map(|exposure| exposure.lacks)
        };
        for address in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1"] {
            assert_eq!(lacks(address, false, false), None, "{address}");
        }
        for address in ["0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[2001:db8::1]:1"] {
            assert_eq!(lacks(address, false, false), Some("encryption and authentication"), "{address}");
            assert_eq!(lacks(address, true, false), Some("authentication"), "{address}");
            assert_eq!(lacks(address, false, true), Some("encryption"), "{address}");
            assert_eq!(lacks(address, true, true), None, "{address}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_said_every_minute() {
        let exposure = Exposure::of("10.0.0.1:1".parse().expect("an address"), &Config::default());
        let metrics = Arc::new(Metrics::new());
        let reminding = exposure.expect("open").remind(Arc::clone(&metrics));
        let ended = tokio::time::timeout(Duration::from_secs(200), reminding).await;
        assert!(ended.is_err(), "it does not end");
        assert!(metrics.render().expect("text").contains("tunewright_exposed 1"));
    }
}
