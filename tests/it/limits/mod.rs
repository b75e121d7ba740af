//! Limits, each at the limit and one past it; and those who try to take more than their share.

mod audit;
mod connection;
mod floods;
mod overload;
mod quotas;
mod under_way;
mod watchers;

use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderMap, Request};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::in_process::InProcess;

const SOON: Duration = Duration::from_secs(30);

/// A connection of HTTP/2 on which anything can be said.
struct Wire {
    sender: SendRequest<Bytes>,
}

/// What a call was answered: the code of gRPC, else the status of HTTP.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Grpc(i32),
    Http(u16),
}

impl Wire {
    async fn to(server: &InProcess) -> Self {
        let address = server.url.trim_start_matches("http://");
        let stream = TcpStream::connect(address).await.expect("connected");
        let (sender, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
        tokio::spawn(connection);
        Self { sender: timeout(SOON, sender.ready()).await.expect("in time").expect("ready") }
    }

    /// The head of a call of gRPC.
    fn head(path: &str, token: Option<&str>, more: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::post(format!("http://localhost/{path}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request")
    }

    /// Makes a call with these bytes as its body and answers what came of it.
    async fn call(&mut self, head: Request<()>, body: Bytes) -> Result<Answer, h2::Error> {
        let (answer, mut sender) = self.sender.send_request(head, false)?;
        // A server that has seen enough in the head answers and closes before the body is there: its answer tells.
        let _ = sender.send_data(body, true);
        let answer = timeout(SOON, answer).await.expect("in time")?;
        let status = answer.status().as_u16();
        if let Some(code) = code(answer.headers()) {
            return Ok(Answer::Grpc(code));
        }
        let mut body = answer.into_body();
        while let Some(data) = body.data().await {
            let len = data?.len();
            body.flow_control().release_capacity(len)?;
        }
        let trailers = body.trailers().await?;
        Ok(trailers.as_ref().and_then(code).map_or(Answer::Http(status), Answer::Grpc))
    }
}

fn code(headers: &HeaderMap) -> Option<i32> {
    headers.get("grpc-status")?.to_str().ok()?.parse().ok()
}

/// A message of gRPC in its envelope.
fn enveloped(is_compressed: bool, message: &[u8]) -> Bytes {
    let len = u32::try_from(message.len()).expect("short enough");
    [&[u8::from(is_compressed)][..], &len.to_be_bytes(), message].concat().into()
}

const LIST: &str = "tunewright.v1.StudyService/ListStudies";
const OK: Answer = Answer::Grpc(0);
const EXHAUSTED: Answer = Answer::Grpc(8);
