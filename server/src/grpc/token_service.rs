//! `TokenService`.

use std::time::Duration;

use tonic::{Request, Response, Status};
use tunewright_core::access::{Need, Scope, Standing, TokenRecord};
use tunewright_core::name::TokenId;
use tunewright_core::{Code, Refusal};
use tunewright_proto::convert::TokenInfo;
use tunewright_proto::v1;
use tunewright_proto::v1::token_service_server::TokenService;

use super::admit::taken;
use super::answer::answer;
use super::list::page_size;
use crate::auth::{Caller, NewToken, Register};

/// `TokenService` over the register.
pub(crate) struct TokenApi {
    /// `None`: nobody is asked for a token.
    pub(super) register: Option<Register>,
}

impl TokenApi {
    /// The register, for a caller who administers at least something.
    fn register(&self, caller: &Caller) -> Result<&Register, Refusal> {
        caller.may_somewhere(Need::Administer)?;
        self.register.as_ref().ok_or_else(|| {
            Refusal::new(Code::Closed, "this server asks nobody for a token")
                .with_hint("start it with `--auth` and `--admin-token-file`")
        })
    }

    async fn create(
        &self,
        caller: &Caller,
        request: v1::CreateTokenRequest,
    ) -> Result<v1::CreateTokenResponse, Refusal> {
        let register = self.register(caller)?;
        let scopes = request.scopes.iter().map(|scope| scope.parse()).collect::<Result<Vec<Scope>, _>>()?;
        let lifetime = (request.lifetime_ms > 0).then(|| Duration::from_millis(request.lifetime_ms));
        let new = NewToken { label: request.label, scopes, lifetime };
        let (record, secret) = register.create(caller, new).await?;
        Ok(v1::CreateTokenResponse {
            token: Some(on_wire(record, Standing::Good)),
            secret: secret.reveal().to_owned(),
        })
    }

    fn list(
        &self,
        caller: &Caller,
        request: v1::ListTokensRequest,
    ) -> Result<v1::ListTokensResponse, Refusal> {
        let register = self.register(caller)?;
        let size = page_size(request.page_size)?;
        // A token of a page is the id of the last one of the page before.
        let mut all = register.list(caller);
        all.retain(|(record, _)| record.id.as_str() > request.page_token.as_str());
        let more = all.len() > size;
        all.truncate(size);
        let next_page_token = match all.last() {
            Some((last, _)) if more => last.id.to_string(),
            _ => String::new(),
        };
        let tokens = all.into_iter().map(|(record, standing)| on_wire(record, standing)).collect();
        Ok(v1::ListTokensResponse { tokens, next_page_token })
    }

    async fn revoke(
        &self,
        caller: &Caller,
        request: v1::RevokeTokenRequest,
    ) -> Result<v1::RevokeTokenResponse, Refusal> {
        let register = self.register(caller)?;
        let id = TokenId::new(request.id)
            .map_err(|refusal| Refusal { field: Some("id".to_owned()), ..refusal })?;
        let record = register.revoke(caller, &id).await?;
        Ok(v1::RevokeTokenResponse { token: Some(on_wire(record, Standing::Revoked)) })
    }
}

fn on_wire(record: TokenRecord, standing: Standing) -> v1::Token {
    TokenInfo::new(record, standing).into()
}

#[tonic::async_trait]
impl TokenService for TokenApi {
    async fn create_token(
        &self,
        request: Request<v1::CreateTokenRequest>,
    ) -> Result<Response<v1::CreateTokenResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.create(&caller, request).await)
    }

    async fn list_tokens(
        &self,
        request: Request<v1::ListTokensRequest>,
    ) -> Result<Response<v1::ListTokensResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.list(&caller, request))
    }

    async fn revoke_token(
        &self,
        request: Request<v1::RevokeTokenRequest>,
    ) -> Result<Response<v1::RevokeTokenResponse>, Status> {
        let (caller, request) = taken(request)?;
        answer(self.revoke(&caller, request).await)
    }
}
