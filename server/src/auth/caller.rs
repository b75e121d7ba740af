//! Who makes a call, and for how long they may.

use std::fmt::Display;
use std::net::IpAddr;

use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;
use tunewright_core::access::{Identity, Need, Place, authorize};
use tunewright_core::name::TokenId;
use tunewright_core::{Code, Refusal, Timestamp};

use crate::audit::{self, Refusals};
use crate::clock::Clock;

/// Who makes a call. Every request carries one in its extensions, put there by the door.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    identity: Identity,
    term: Option<Term>,
    origin: Origin,
}

/// What is told of a caller in the audit log beside their token.
#[derive(Clone, Debug, Default)]
struct Origin {
    address: Option<IpAddr>,
    /// Tells of what they are refused.
    refusals: Option<Refusals>,
}

/// When a token ends.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) revoked: CancellationToken,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) clock: Clock,
}

impl Caller {
    /// Of a server that asks nobody who they are.
    pub(crate) fn anyone() -> Self {
        Self { identity: Identity::Anyone, term: None, origin: Origin::default() }
    }

    /// Of what is open to all: may do nothing that is asked for.
    pub(super) fn nobody() -> Self {
        Self::administrator(Identity::Holder { token: None, scopes: Vec::new() })
    }

    /// Whether they are let in without being anybody.
    pub(crate) fn is_nobody(&self) -> bool {
        matches!(&self.identity, Identity::Holder { token: None, scopes } if scopes.is_empty())
    }

    pub(super) fn administrator(identity: Identity) -> Self {
        Self { identity, term: None, origin: Origin::default() }
    }

    pub(super) fn holder(identity: Identity, term: Term) -> Self {
        Self { identity, term: Some(term), origin: Origin::default() }
    }

    /// The same caller, from this address; what they are refused is told.
    pub(super) fn coming_from(self, address: Option<IpAddr>, refusals: Option<Refusals>) -> Self {
        Self { origin: Origin { address, refusals }, ..self }
    }

    /// Somebody changed something: for the audit log.
    pub(crate) fn did(&self, what: &'static str, of: &dyn Display) {
        audit::done(what, self.name(), &self.address(), of);
    }

    fn was_refused(&self, refusal: &Refusal) {
        if let Some(refusals) = &self.origin.refusals {
            refusals.refused(self.name(), &self.address(), &refusal.message);
        }
    }

    fn name(&self) -> &str {
        match &self.identity {
            Identity::Anyone => "anyone",
            Identity::Holder { token: Some(token), .. } => token.as_str(),
            Identity::Holder { token: None, .. } => "the administrator",
        }
    }

    fn address(&self) -> String {
        self.origin.address.map(|address| address.to_string()).unwrap_or_default()
    }

    /// Whether they may do what is needed in this place: the one question that every call asks first.
    ///
    /// # Errors
    /// `forbidden`.
    pub(crate) fn authorize<'a>(&self, need: Need, place: impl Into<Place<'a>>) -> Result<(), Refusal> {
        authorize(&self.identity, need, place).inspect_err(|refusal| self.was_refused(refusal))
    }

    /// The same question, to leave out what they may not see: it is nothing to tell of.
    pub(crate) fn may<'a>(&self, need: Need, place: impl Into<Place<'a>>) -> bool {
        authorize(&self.identity, need, place).is_ok()
    }

    /// Whether there is any project in which they may.
    ///
    /// # Errors
    /// `forbidden`.
    pub(crate) fn may_somewhere(&self, need: Need) -> Result<(), Refusal> {
        self.identity.may_somewhere(need).inspect_err(|refusal| self.was_refused(refusal))
    }

    /// Whether there is a project that they may read and that `worker` may work for.
    pub(crate) fn may_see(&self, worker: &Self) -> bool {
        self.identity.shares_project(Need::Read, &worker.identity, Need::Run)
    }

    /// The token they came with; none if it is the administrator's, or if nobody is asked.
    pub(crate) fn token(&self) -> Option<&TokenId> {
        match &self.identity {
            Identity::Holder { token, .. } => token.as_ref(),
            Identity::Anyone => None,
        }
    }

    /// Whether the token is still good: for what goes on long after the call has begun.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        match &self.term {
            Some(term) if term.revoked.is_cancelled() => Err(no_longer("was revoked")),
            Some(term) if term.expires_at.is_some_and(|at| at <= term.clock.now()) => {
                Err(no_longer("has expired"))
            }
            _ => Ok(()),
        }
    }

    /// Waits until the token is good no more; for ever, if that does not come.
    pub(crate) async fn ended(&self) -> Refusal {
        let Some(term) = &self.term else { return std::future::pending().await };
        let expired = async {
            match term.expires_at {
                // The wait may be cut short where the end is years away.
                Some(at) => {
                    while term.clock.now() < at {
                        sleep_until(term.clock.instant_of(at)).await;
                    }
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = term.revoked.cancelled() => no_longer("was revoked"),
            () = expired => no_longer("has expired"),
        }
    }
}

pub(super) fn no_longer(why: &str) -> Refusal {
    Refusal::new(Code::Unauthenticated, format!("the token {why}"))
        .with_hint("ask an administrator for a new one: `tunewright token create`")
}
