//! The door: every request comes through it, and gets its caller or is turned away.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tunewright_core::access::Rate;
use tunewright_core::{Code, Refusal};
use tunewright_proto::status::to_status;

use super::caller::Caller;
use super::register::Register;
use crate::audit::Refusals;
use crate::clock::Clock;
use crate::peer::Peer;
use crate::problem::Problem;
use crate::rates::Rates;

/// What anybody may ask, so that probes need no token: whether the server lives and is ready.
const OPEN: [&str; 2] = ["/healthz", "/readyz"];
const HEALTH: &str = "/grpc.health.v1.Health/";

/// How often one address is told why it is not let in.
const STRANGERS: Rate = Rate { per_second: 50, burst: 200 };

/// Who is let in.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// `None`: nobody is asked who they are.
    pub(crate) register: Option<Register>,
    /// The server listens on this machine only. Then a browser may be the way in for others: a page may have the
    /// name of its own host lead here, and its requests would come from this machine.
    pub(crate) local: bool,
    /// Whether a path is one of the dashboard's own files, which are the same everywhere and tell nothing.
    pub(crate) is_page: fn(&str) -> bool,
    pub(crate) strangers: Strangers,
    /// Tells of who is not let in, if callers are asked who they are.
    pub(crate) refusals: Refusals,
}

/// How often each address calls without a token that is good. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Strangers {
    rates: Arc<Rates<Option<IpAddr>>>,
    clock: Clock,
}

impl Strangers {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { rates: Arc::new(Rates::new(STRANGERS)), clock }
    }

    /// Answers what they are told: the refusal as it is, or that they come too often to be told anything.
    fn told(&self, address: Option<IpAddr>, refusal: Refusal) -> Refusal {
        match self.rates.take(address, self.clock.now()) {
            Ok(()) => refusal,
            Err(ms) => Refusal::exhausted("too many calls without a good token come from this address", ms),
        }
    }
}

/// Lets a request in with its caller, or answers it.
pub(crate) async fn enter(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    match door.admit(request.uri(), request.headers()) {
        Ok(caller) => {
            let refusals = door.register.is_some().then(|| door.refusals.clone());
            request.extensions_mut().insert(caller.coming_from(peer, refusals));
            // From here on nobody needs it, and what nobody has nobody can log.
            request.headers_mut().remove(header::AUTHORIZATION);
            next.run(request).await
        }
        Err(refusal) => {
            let from = peer.map(|address| address.to_string()).unwrap_or_default();
            door.refusals.refused("nobody known", &from, &refusal.message);
            refuse(request.headers(), &door.strangers.told(peer, refusal))
        }
    }
}

impl Door {
    fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<Caller, Refusal> {
        if self.local {
            check_origin(uri, headers)?;
        }
        let Some(register) = &self.register else { return Ok(Caller::anyone()) };
        let path = uri.path();
        if OPEN.contains(&path) || path.starts_with(HEALTH) || (self.is_page)(path) {
            // They ask for nothing that needs an identity.
            return Ok(Caller::nobody());
        }
        register.identify(bearer(headers)?)
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let missing = |message: &str| {
        Refusal::new(Code::Unauthenticated, message)
            .with_hint("name the file of a token in TUNEWRIGHT_TOKEN_FILE, or set TUNEWRIGHT_TOKEN")
    };
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let value = given.next().ok_or_else(|| missing("this server asks for a token"))?;
    if given.next().is_some() {
        return Err(missing("`authorization` must be given once"));
    }
    let bad = || missing("`authorization` must be `Bearer TOKEN`");
    let (scheme, token) = value.to_str().map_err(|_| bad())?.split_once(' ').ok_or_else(bad)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(bad()) }
}

/// Turns away what a browser was led here with: a foreign name of this machine, or a foreign page.
fn check_origin(uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?"));
    let host = uri.authority().map(|authority| authority.as_str()).or_else(|| text(header::HOST));
    if let Some(host) = host
        && !is_local(host)
    {
        return Err(foreign("host"));
    }
    let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
    let page = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    if page.is_some_and(is_local) { Ok(()) } else { Err(foreign("origin")) }
}

/// Whether `HOST` or `HOST:PORT` is this machine, by a name that nobody else can have.
fn is_local(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<axum::http::uri::Authority>() else { return false };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn foreign(header: &str) -> Refusal {
    Refusal::new(
        Code::Forbidden,
        format!("`{header}` must name this machine, on which alone this server listens"),
    )
    .with_hint("use `localhost` or `127.0.0.1`")
}

/// Whether a request is one of gRPC.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// The answer to a request that is not let in, in the words of its protocol.
pub(crate) fn refuse(headers: &HeaderMap, refusal: &Refusal) -> Response {
    if is_grpc(headers) {
        return to_status(refusal).into_http();
    }
    Problem(refusal.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in [
            "localhost",
            "localhost:7070",
            "LOCALHOST:1",
            "a.localhost",
            "127.0.0.1:7070",
            "127.8.8.8",
            "[::1]:7070",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com:7070",
            "10.0.0.1:7070",
            "[::2]",
            "0.0.0.0",
            "evil.com#localhost",
            "?",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn a_foreign_page_or_name_is_turned_away() {
        let door = Door {
            register: None,
            local: true,
            is_page: |path| path == "/page",
            strangers: Strangers::new(Clock::start()),
            refusals: Refusals::new(Clock::start()),
        };
        let ask = |uri: &str, headers: &[(&str, &str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                let name: header::HeaderName = name.parse().expect("a name");
                map.insert(name, value.parse().expect("a value"));
            }
            door.admit(&uri.parse().expect("a URI"), &map).is_ok()
        };
        assert!(ask("/metrics", &[("host", "127.0.0.1:7070")]));
        assert!(ask("http://localhost:7070/x", &[]), "HTTP/2 has it in the URI");
        assert!(ask("/metrics", &[("host", "localhost"), ("origin", "http://localhost:3000")]));
        assert!(!ask("/metrics", &[("host", "evil.example:7070")]));
        assert!(!ask("http://evil.example:7070/x", &[]));
        assert!(!ask("/metrics", &[("host", "localhost"), ("origin", "https://evil.example")]));
        assert!(!ask("/metrics", &[("host", "localhost"), ("origin", "null")]));
        let open = Door { local: false, ..door.clone() };
        let mut headers = HeaderMap::new();
        headers.insert("host", "tuning.example".parse().expect("a value"));
        assert!(open.admit(&"/metrics".parse().expect("a URI"), &headers).is_ok());
    }

    #[test]
    fn the_token_stands_in_one_header() {
        let of = |values: &[&str]| {
            let mut map = HeaderMap::new();
            for value in values {
                map.append(header::AUTHORIZATION, value.parse().expect("a value"));
            }
            bearer(&map).map(str::to_owned)
        };
        assert_eq!(of(&["Bearer tw_x"]).as_deref(), Ok("tw_x"));
        assert_eq!(of(&["bearer  tw_x "]).as_deref(), Ok("tw_x"));
        for bad in [&[][..], &["tw_x"], &["Basic eDp5"], &["Bearer a", "Bearer b"]] {
            let refusal = of(bad).expect_err("refused");
            assert_eq!(refusal.code, Code::Unauthenticated, "{bad:?}");
        }
    }
}
