//! A server that demands tokens, a token for each role, and calls of any kind.

use bytes::{Buf as _, BufMut as _};
use prost::Message;
use serde_json::json;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tunewright::StudySpec;
use tunewright_proto::v1;
use tunewright_proto::v1::token_service_client::TokenServiceClient;
use tunewright_server::{Config, Secret};

use crate::support::in_process::InProcess;

/// The administrator's own token.
pub const ROOT: &str = "tw_admin_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A server that demands tokens.
pub struct Bench {
    pub server: InProcess,
    pub channel: Channel,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with_store("memory:").await
    }

    pub async fn with_store(store: &str) -> Self {
        let config = Config {
            store: store.to_owned(),
            auth: true,
            admin_token: Secret::parse(ROOT),
            ..Config::default()
        };
        Self::with(config).await
    }

    /// One that is told this; it has to demand tokens, and to know [`ROOT`].
    pub async fn with(config: Config) -> Self {
        let server = InProcess::with(config).await;
        let channel = Channel::from_shared(server.url.clone()).expect("a URL").connect().await;
        Self { channel: channel.expect("connected"), server }
    }

    pub fn tokens(&self) -> TokenServiceClient<Channel> {
        TokenServiceClient::new(self.channel.clone())
    }

    /// A new token, as the administrator makes it.
    pub async fn token(&self, scopes: &[&str], lifetime_ms: u64) -> v1::CreateTokenResponse {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let create = v1::CreateTokenRequest { label: "of a test".to_owned(), scopes, lifetime_ms };
        let made = self.tokens().create_token(with(create, Some(ROOT))).await;
        made.expect("created").into_inner()
    }

    pub async fn revoke(&self, id: &str) {
        let revoke = v1::RevokeTokenRequest { id: id.to_owned() };
        self.tokens().revoke_token(with(revoke, Some(ROOT))).await.expect("revoked");
    }

    /// Creates a study with trials to give away.
    pub async fn create(&self, project: &str, name: &str) {
        let create = create_study(project, name).encode_to_vec();
        self.call("tunewright.v1.StudyService/CreateStudy", create, Some(ROOT)).await.expect("created");
    }

    /// Makes a call of any kind with one message, and takes the first message of its answer.
    pub async fn call(&self, path: &str, message: Vec<u8>, token: Option<&str>) -> Result<Vec<u8>, Status> {
        call_on(&self.channel, path, vec![message], token).await
    }

    /// What is said to a call.
    pub async fn code(&self, path: &str, message: Vec<u8>, token: Option<&str>) -> Code {
        self.call(path, message, token).await.map_or_else(|status| status.code(), |_| Code::Ok)
    }
}

/// Makes a call of any kind with these messages, and takes the first message of its answer.
pub async fn call_on(
    channel: &Channel,
    path: &str,
    messages: Vec<Vec<u8>>,
    token: Option<&str>,
) -> Result<Vec<u8>, Status> {
    let mut grpc = tonic::client::Grpc::new(channel.clone());
    grpc.ready().await.expect("connected");
    let request = with(tokio_stream::iter(messages), token);
    let path = format!("/{path}").parse().expect("a path");
    let answer = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        grpc.streaming(request, path, Raw).await?.into_inner().message().await
    });
    Ok(answer.await.expect("in time")?.unwrap_or_default())
}

/// A request with a token.
pub fn with<T>(message: T, token: Option<&str>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(token) = token {
        let value: MetadataValue<_> = format!("Bearer {token}").parse().expect("plain text");
        request.metadata_mut().insert("authorization", value);
    }
    request
}

pub fn study(project: &str, name: &str) -> Option<v1::StudyRef> {
    Some(v1::StudyRef { project: project.to_owned(), name: name.to_owned() })
}

pub fn create_study(project: &str, name: &str) -> v1::CreateStudyRequest {
    let spec: StudySpec = serde_json::from_value(json!({
        "space": {"x": {"type": "uniform", "low": 0.0, "high": 1.0}}, "budget": {"max_trials": 1000}
    }))
    .expect("a spec");
    let spec = v1::StudySpec::try_from(&spec).expect("on the wire");
    v1::CreateStudyRequest { study: study(project, name), spec: Some(spec), objective: None }
}

/// Messages as the bytes they are.
#[derive(Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut item);
        Ok(Some(item))
    }
}
