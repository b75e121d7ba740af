//! What every store must do with tokens.

use tunewright_core::Timestamp;
use tunewright_core::access::TokenRecord;
use tunewright_core::name::TokenId;
use tunewright_core::study::Sha256;

use crate::storage::Storage;

/// A token's record.
#[must_use]
pub fn token(id: &str) -> TokenRecord {
    TokenRecord {
        id: TokenId::new(id).expect("a legal id"),
        label: "the trainers of Größe 🦀".to_owned(),
        sha256: Sha256::new("0123456789abcdef".repeat(4)).expect("a digest"),
        scopes: ["worker:run@vision", "study:read@*"].map(|it| it.parse().expect("a scope")).to_vec(),
        created_at: Timestamp(1_750_000_000_000),
        created_by: None,
        expires_at: Some(Timestamp(1_750_000_600_000)),
        revoked_at: None,
    }
}

/// Checks that a new store keeps tokens.
pub(super) async fn tokens(store: &dyn Storage) {
    assert_eq!(store.tokens().await.expect("listed"), []);
    let plain = TokenRecord { label: String::new(), expires_at: None, ..token("b") };
    let by = TokenRecord { created_by: Some(plain.id.clone()), ..token("a") };
    for token in [&plain, &by, &token("c")] {
        store.put_token(token).await.expect("kept");
    }
    store.put_token(&plain).await.expect("keeping it again is harmless");
    assert_eq!(store.tokens().await.expect("listed"), [by.clone(), plain.clone(), token("c")]);

    let revoked = TokenRecord { revoked_at: Some(Timestamp(1_750_000_000_001)), ..plain };
    store.put_token(&revoked).await.expect("replaced");
    assert_eq!(store.tokens().await.expect("listed"), [by, revoked, token("c")]);
    assert_eq!(store.headers().await.expect("headers"), [], "tokens are no studies");
}
