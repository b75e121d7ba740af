//! Access tokens, for administrators.

use std::time::Duration;

use tunewright_core::access::Scope;
use tunewright_core::name::TokenId;
use tunewright_link::Token;
use tunewright_proto::convert::TokenInfo;
use tunewright_proto::v1;

use crate::call::{tokens, understood};
use crate::{Client, Error};

const PAGE: u32 = 1_000;

impl Client {
    /// Makes an access token with these scopes, and answers with the token itself: nobody can ever see it again. Without a
    /// lifetime it is good until it is revoked.
    ///
    /// Should the answer get lost and the call be made again, the first token stays behind, good for as long as was asked;
    /// but nobody has it.
    ///
    /// # Errors
    /// `forbidden` if this client does not administer all that the token reaches, `closed` if the server asks nobody for a
    /// token.
    pub async fn create_token(
        &self,
        label: impl Into<String>,
        scopes: &[Scope],
        lifetime: Option<Duration>,
    ) -> Result<(TokenInfo, Token), Error> {
        let scopes = scopes.iter().map(ToString::to_string).collect();
        // Zero would mean for ever.
        let lifetime = lifetime.map(|it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX).max(1));
        let label = label.into();
        let request = v1::CreateTokenRequest { label, scopes, lifetime_ms: lifetime.unwrap_or(0) };
        let send = |line, request| async move { tokens(line).create_token(request).await };
        let answer = self.call(&request, send).await?;
        let secret =
            Token::new(&answer.secret).map_err(|refusal| Error::Answer { call: "CreateToken", refusal })?;
        Ok((understood("CreateToken", answer.token)?, secret))
    }

    /// The tokens that this client administers, also those that are good no more.
    ///
    /// # Errors
    /// `forbidden` if it administers nothing, `closed` if the server asks nobody for a token.
    pub async fn tokens(&self) -> Result<Vec<TokenInfo>, Error> {
        let mut request = v1::ListTokensRequest { page_size: PAGE, page_token: String::new() };
        let mut all = Vec::new();
        loop {
            let send = |line, request| async move { tokens(line).list_tokens(request).await };
            let page = self.call(&request, send).await?;
            for token in page.tokens {
                all.push(understood("ListTokens", Some(token))?);
            }
            if page.next_page_token.is_empty() {
                return Ok(all);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Revokes a token at once: calls with it are refused from now on, and its open streams end. Revoking it again is fine.
    ///
    /// # Errors
    /// `not_found`, also if this client does not administer all that it reaches.
    pub async fn revoke_token(&self, id: &TokenId) -> Result<TokenInfo, Error> {
        let request = v1::RevokeTokenRequest { id: id.to_string() };
        let send = |line, request| async move { tokens(line).revoke_token(request).await };
        understood("RevokeToken", self.call(&request, send).await?.token)
    }
}
