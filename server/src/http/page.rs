//! The dashboard's page: a few files that are part of the binary.

use std::future::ready;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest as _, Sha256};
use tower_http::compression::CompressionLayer;

/// One file of the page.
#[derive(Clone, Copy)]
struct File {
    path: &'static str,
    kind: &'static str,
    content: &'static [u8],
}

const INDEX: File = File {
    path: "/index.html",
    kind: "text/html; charset=utf-8",
    content: include_bytes!("../../dashboard/dist/index.html"),
};
const FILES: [File; 4] = [
    INDEX,
    File {
        path: "/app.js",
        kind: "text/javascript; charset=utf-8",
        content: include_bytes!("../../dashboard/dist/app.js"),
    },
    File {
        path: "/app.css",
        kind: "text/css; charset=utf-8",
        content: include_bytes!("../../dashboard/dist/app.css"),
    },
    File {
        path: "/icon.svg",
        kind: "image/svg+xml",
        content: include_bytes!("../../dashboard/dist/icon.svg"),
    },
];

/// Where the page is at home: whatever it shows, its address is one of these, and the same file is behind all.
const PLACES: [&str; 4] = ["/", "/s/{*rest}", "/workers", "/settings"];

/// Nothing but what this server sends runs or is shown, in no frame of others.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// The routes of all files and places of the page.
pub(super) fn router() -> Router {
    let files = FILES.into_iter().fold(Router::new(), |router, file| {
        router.route(file.path, get(move |headers: HeaderMap| ready(file.answer(&headers))))
    });
    let all = PLACES.into_iter().fold(files, |router, place| {
        router.route(place, get(move |headers: HeaderMap| ready(INDEX.answer(&headers))))
    });
    all.layer(CompressionLayer::new().gzip(true))
}

/// Whether this path is one of the page's own: there is nothing on it that is not in every copy of this program.
pub(crate) fn is_page(path: &str) -> bool {
    FILES.iter().any(|file| file.path == path)
        || PLACES.iter().any(|place| match place.split_once('{') {
            Some((start, _)) => path.starts_with(start),
            None => path == *place,
        })
}

impl File {
    /// The file, or that the browser has it already.
    fn answer(&self, headers: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", hex(&Sha256::digest(self.content)[..16]));
        let fixed = [
            (header::CONTENT_TYPE, self.kind),
            // Always asked for again, and mostly answered with "not modified": a new server has a new page.
            (header::CACHE_CONTROL, "no-cache"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ];
        let is_known = headers
            .get(header::IF_NONE_MATCH)
            .and_then(|known| known.to_str().ok())
            .is_some_and(|known| known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
        let mut response =
            if is_known { StatusCode::NOT_MODIFIED.into_response() } else { self.content.into_response() };
        let to = response.headers_mut();
        for (name, value) in fixed {
            to.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            to.insert(header::ETAG, tag);
        }
        response
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_is_the_page() {
        for path in ["/", "/index.html", "/app.js", "/s/default/digits", "/s/default/digits/t/7", "/workers"]
        {
            assert!(is_page(path), "{path}");
        }
        for path in
            ["/metrics", "/api/v1/studies", "/s", "/workers/w1", "/app.js/x", "/tunewright.v1.X/Y", ""]
        {
            assert!(!is_page(path), "{path}");
        }
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        let first = INDEX.answer(&HeaderMap::new());
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[header::CONTENT_SECURITY_POLICY], POLICY);
        let tag = first.headers()[header::ETAG].clone();
        let weak = HeaderValue::from_str(&format!("W/{}", tag.to_str().expect("text"))).expect("a value");
        for known in [tag, weak] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, known)]);
            assert_eq!(INDEX.answer(&headers).status(), StatusCode::NOT_MODIFIED);
        }
        let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static("\"old\""))]);
        assert_eq!(INDEX.answer(&headers).status(), StatusCode::OK);
    }
}
