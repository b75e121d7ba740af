//! All that is open while this server owns the studies.

use std::sync::Arc;

use axum::Router;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::audit::Refusals;
use crate::auth::{Door, Register, Secret, Strangers};
use crate::clock::Clock;
use crate::config::Config;
use crate::dispatch::Dispatcher;
use crate::grpc::{Quotas, Terms};
use crate::load::{self, LoadBounds};
use crate::metrics::Metrics;
use crate::run_error::RunError;
use crate::storage::Storage;
use crate::studies::Registry;
use crate::{grpc, http};

/// Signals from studies that may wait for the dispatcher.
const SIGNALS_LEN: usize = 8192;

/// Who is let in, once the tokens are read: those of the owner, as only it hears of their end.
#[derive(Debug)]
pub(crate) struct Admission {
    auth: bool,
    admin_token: Option<Secret>,
    /// The server listens on this machine only.
    local: bool,
    load: LoadBounds,
    quotas: Quotas,
}

impl Admission {
    pub(crate) fn new(config: &Config, local: bool) -> Self {
        let Config { auth, load, quotas, .. } = *config;
        Self { auth, admin_token: config.admin_token.clone(), local, load, quotas }
    }

    /// Whether figures may be shown to whoever asks.
    pub(super) const fn is_open(&self) -> bool {
        !self.auth
    }

    async fn terms(
        &self,
        storage: Arc<dyn Storage>,
        clock: Clock,
        metrics: Arc<Metrics>,
    ) -> Result<Terms, RunError> {
        let mut register = None;
        if self.auth {
            let tokens = Register::open(storage, clock, self.admin_token.as_ref()).await?;
            if !tokens.has_administrator() {
                return Err(RunError::NoAdministrator);
            }
            register = Some(tokens);
        }
        let (strangers, refusals) = (Strangers::new(clock), Refusals::new(clock));
        let door = Door { register, local: self.local, is_page: http::is_page, strangers, refusals };
        let admission = load::Admission::new(self.load, self.auth, clock, metrics);
        Ok(Terms { door, admission, quotas: self.quotas })
    }
}

/// All that is open while this server owns the studies.
#[derive(Debug)]
pub(crate) struct Term {
    registry: Registry,
    dispatching: JoinHandle<()>,
    closing: CancellationToken,
    /// Ends the calls that have no end of their own.
    streams: CancellationToken,
}

impl Term {
    /// Opens the studies; every live lease gets a fresh full period. The routes serve them, and end their streams once
    /// `shutdown` is cancelled.
    pub(crate) async fn open(
        storage: Arc<dyn Storage>,
        clock: Clock,
        metrics: Arc<Metrics>,
        admission: &Admission,
        shutdown: &CancellationToken,
    ) -> Result<(Self, Router), RunError> {
        let terms = admission.terms(Arc::clone(&storage), clock, Arc::clone(&metrics)).await?;
        let (signal_sender, signals) = mpsc::channel(SIGNALS_LEN);
        let closing = CancellationToken::new();
        // Who gives up opening before the end leaves no task behind.
        let guard = closing.clone().drop_guard();
        let registry =
            Registry::open(storage, clock, Arc::clone(&metrics), signal_sender, closing.child_token())
                .await?;
        let (dispatcher, dispatch) = Dispatcher::new(registry.clone(), clock, Arc::clone(&metrics), signals);
        let dispatching = tokio::spawn(dispatcher.run(closing.child_token()));
        let streams = shutdown.child_token();
        let (dispatched, asked) = (dispatch.clone(), terms.door.register.is_some());
        let pages = http::router(registry.clone(), dispatched, metrics, asked, streams.clone());
        let term = Self { registry, dispatching, closing, streams: streams.clone() };
        let routes = grpc::routes(term.registry.clone(), dispatch, streams, pages, terms);
        match routes {
            Ok(routes) => {
                guard.disarm();
                Ok((term, routes.into_axum_router()))
            }
            Err(error) => {
                term.close().await;
                Err(RunError::Reflection(error))
            }
        }
    }

    /// Ends everything; what was acknowledged is stored, and nothing is written after that.
    pub(crate) async fn close(self) {
        self.streams.cancel();
        self.closing.cancel();
        self.registry.close().await;
        if self.dispatching.await.is_err() {
            warn!("the dispatcher had ended before");
        }
    }
}
