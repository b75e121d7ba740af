//! Takes a call on, or refuses it at once.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::timeout;
use tunewright_core::Refusal;
use tunewright_core::name::TokenId;

use super::bounds::LoadBounds;
use super::class::Class;
use crate::auth::{Caller, refuse};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::rates::Rates;
use crate::seats::{Seat, Seats};

/// When a refused call is worth sending again.
const RETRY_MS: u64 = 500;

/// Who is counted as one: a token; without one, whoever calls.
type Who = Option<TokenId>;

/// Takes calls on. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    bounds: LoadBounds,
    clock: Clock,
    metrics: Arc<Metrics>,
    results: Seats<Who>,
    calls: Seats<Who>,
    uploads: Seats<Who>,
    tokens: Option<Rates<Who>>,
}

impl Admission {
    /// With `is_one_of_many`, each caller has a token, and none may take all.
    pub(crate) fn new(bounds: LoadBounds, is_one_of_many: bool, clock: Clock, metrics: Arc<Metrics>) -> Self {
        let bounds = if is_one_of_many { bounds } else { LoadBounds { share_of_one: 100, ..bounds } };
        Self {
            inner: Arc::new(Inner {
                results: bounds.seats(bounds.results),
                calls: bounds.seats(bounds.calls),
                uploads: bounds.seats(bounds.uploads),
                tokens: bounds.rate.map(Rates::new),
                bounds,
                clock,
                metrics,
            }),
        }
    }

    /// A seat for this call, if there is one and it is the caller's turn.
    fn take(&self, class: Class, who: Who) -> Result<Option<Seat<Who>>, Refusal> {
        let Inner { results, calls, uploads, tokens, clock, metrics, .. } = &*self.inner;
        if let Some(Err(ms)) = tokens.as_ref().map(|rates| rates.take(who.clone(), clock.now()))
            && class != Class::Result
        {
            metrics.observe_shed("rate");
            return Err(Refusal::exhausted("this token calls more often than it may", ms));
        }
        let seats = match class {
            Class::Result => results,
            Class::Call => calls,
            Class::Upload => uploads,
            Class::Stream => return Ok(None),
        };
        seats.take(who).map(Some).ok_or_else(|| {
            metrics.observe_shed("full");
            Refusal::exhausted("as many calls are under way as the server takes on at once", RETRY_MS)
        })
    }
}

impl LoadBounds {
    fn seats(self, max: usize) -> Seats<Who> {
        let of_one = (max as u64).saturating_mul(u64::from(self.share_of_one)).div_ceil(100);
        Seats::new(max, usize::try_from(of_one).unwrap_or(usize::MAX))
    }
}

/// Takes a call on, or refuses it at once. The door has given it its caller.
pub(crate) async fn admit(State(admission): State<Admission>, request: Request, next: Next) -> Response {
    let class = Class::of(request.uri().path());
    let caller = request.extensions().get::<Caller>();
    let who = caller.and_then(Caller::token).cloned();
    // Whoever has no part in anything asks whether the server lives.
    if caller.is_none_or(Caller::is_nobody) {
        return next.run(request).await;
    }
    let seat = match admission.take(class, who) {
        Ok(seat) => seat,
        Err(refusal) => return refuse(request.headers(), &refusal),
    };
    let patience = admission.inner.bounds.patience;
    let patience = match class {
        Class::Stream => return next.run(request).await,
        Class::Upload => patience * 10,
        Class::Result | Class::Call => patience,
    };
    let headers = request.headers().clone();
    let answer = timeout(patience, next.run(request)).await;
    drop(seat);
    answer.unwrap_or_else(|_| {
        admission.inner.metrics.observe_shed("slow");
        refuse(&headers, &Refusal::unavailable("the call took too long", RETRY_MS))
    })
}
