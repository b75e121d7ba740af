//! A refusal over plain HTTP: the one table from error codes to its statuses, and the body (RFC 9457).

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tunewright_core::{Code, Refusal};
use utoipa::ToSchema;

const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A refusal, as an answer over plain HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Problem(pub(crate) Refusal);

/// What went wrong, as RFC 9457 has it. Branch on `code`; the other texts are for people.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// Always `about:blank`: what kind of problem it is, `code` says.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    status: u16,
    /// What went wrong.
    detail: &'a str,
    /// `invalid`, `not_found`, `already_exists`, `conflict`, `lease_lost`, `closed`, `exhausted`, `unavailable`,
    /// `unauthenticated`, `forbidden` or `internal`.
    code: &'static str,
    /// The part of the request that is at fault, for example `params.lr`.
    field: Option<&'a str>,
    /// What a person can do about it.
    hint: Option<&'a str>,
    /// When it may be worth another try.
    retry_after_ms: Option<u64>,
}

/// The status of one of our codes.
pub(crate) const fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Invalid => StatusCode::BAD_REQUEST,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Conflict | Code::LeaseLost | Code::Closed => StatusCode::CONFLICT,
        Code::Exhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Refusal { code, field, message, hint, retry_after_ms } = &self.0;
        let status = http_status(*code);
        let body = ProblemBody {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: message,
            code: code.as_str(),
            field: field.as_deref(),
            hint: hint.as_deref(),
            retry_after_ms: *retry_after_ms,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, PROBLEM);
        if *code == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if code.is_retryable() {
            headers.insert(header::RETRY_AFTER, retry_after_ms.unwrap_or(1_000).div_ceil(1_000).into());
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self(Refusal::invalid("body", in_our_words(&rejection.body_text())))
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self(Refusal::invalid("query", in_our_words(&rejection.body_text())))
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self(Refusal::invalid("path", in_our_words(&rejection.body_text())))
    }
}

/// What axum says of a request that it cannot read, as our messages are written.
fn in_our_words(text: &str) -> String {
    let mut characters = text.chars();
    let lower: String =
        characters.next().into_iter().flat_map(char::to_lowercase).chain(characters).collect();
    format!("cannot be read: {}", lower.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_refusal_is_a_problem() {
        for code in Code::ALL {
            let refusal = Refusal {
                field: Some("space.C".to_owned()),
                hint: Some("swap the bounds".to_owned()),
                retry_after_ms: Some(1_200),
                ..Refusal::new(code, "something is wrong")
            };
            let response = Problem(refusal).into_response();
            assert_eq!(response.status(), http_status(code));
            assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM);
            let after = response.headers().get(header::RETRY_AFTER).map(|value| value.as_bytes().to_vec());
            assert_eq!(after, code.is_retryable().then(|| b"2".to_vec()), "{code:?}");
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
            let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            assert_eq!(body["code"], code.as_str());
            assert_eq!(body["status"], http_status(code).as_u16());
            assert_eq!((&body["detail"], &body["field"]), (&"something is wrong".into(), &"space.C".into()));
            assert_eq!((&body["hint"], &body["type"]), (&"swap the bounds".into(), &"about:blank".into()));
        }
    }
}
