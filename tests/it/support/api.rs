//! A client of the HTTP API, as any program may write one.

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A client of the HTTP API.
#[derive(Clone, Debug)]
pub struct Api {
    address: String,
    pub token: Option<String>,
    /// More lines of each request's head.
    pub headers: Vec<(&'static str, String)>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Api {
    pub fn new(url: &str) -> Self {
        let address = url.trim_start_matches("http://").to_owned();
        Self { address, token: None, headers: Vec::new() }
    }

    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.push((name, value.to_owned()));
        Self { headers, ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    /// Sends a request, and takes the whole answer.
    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let response = self.open(method, path, body).await;
        let (head, body) = response.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await.expect("a whole body");
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// Sends a request; its answer is still to be read.
    pub async fn open(&self, method: &str, path: &str, body: Option<Value>) -> Response<Incoming> {
        let stream = TcpStream::connect(&self.address).await.expect("connected");
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP/1.1");
        tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header("host", &self.address);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let content = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        sender.send_request(request.body(content).expect("a request")).await.expect("an answer")
    }
}

impl Answer {
    /// The body, of an answer with this status.
    pub fn json(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).expect("text")
    }
}
