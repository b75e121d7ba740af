//! Lists show what the caller may read, and nothing else.

use prost::Message as _;
use tunewright_proto::v1;

use super::bench::{Bench, ROOT, with};

#[tokio::test(flavor = "multi_thread")]
async fn studies_of_other_projects_are_not_shown() {
    let bench = Bench::new().await;
    for (project, name) in [("vision", "a"), ("text", "b"), ("vision", "c"), ("audio", "d")] {
        bench.create(project, name).await;
    }
    for (scopes, shown) in [
        (&["study:read@vision"][..], &["vision/a", "vision/c"][..]),
        (&["study:read@text", "study:read@audio"], &["audio/d", "text/b"]),
        (&["study:read@*"], &["audio/d", "text/b", "vision/a", "vision/c"]),
        (&["admin@nowhere"], &[]),
    ] {
        let token = bench.token(scopes, 0).await.secret;
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            // Pages of one: what is left out does not show in the pages, either.
            let list = v1::ListStudiesRequest { page_size: 1, page_token, ..Default::default() };
            let answer = bench
                .call("tunewright.v1.StudyService/ListStudies", list.encode_to_vec(), Some(&token))
                .await;
            let page = v1::ListStudiesResponse::decode(&answer.expect("listed")[..]).expect("an answer");
            let names = page.studies.into_iter();
            found.extend(names.map(|study| format!("{}/{}", study.project, study.name)));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(found, shown, "{scopes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_other_projects_are_neither_shown_nor_revoked() {
    let bench = Bench::new().await;
    let vision = bench.token(&["admin@vision"], 0).await;
    let text = bench.token(&["admin@text"], 0).await;
    let both = bench.token(&["study:read@vision", "study:read@text"], 0).await;
    let id = |made: &v1::CreateTokenResponse| made.token.as_ref().map(|it| it.id.clone()).expect("told");
    let listed = async |token: &str| {
        let listed = bench.tokens().list_tokens(with(v1::ListTokensRequest::default(), Some(token))).await;
        let listed = listed.expect("listed").into_inner().tokens;
        assert!(listed.iter().all(|token| token.standing == "good" && !token.scopes.is_empty()));
        listed.into_iter().map(|token| token.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(&vision.secret).await, [id(&vision)]);
    let mut all = vec![id(&vision), id(&text), id(&both)];
    all.sort();
    assert_eq!(listed(ROOT).await, all);

    for other in [&text, &both] {
        let revoke = v1::RevokeTokenRequest { id: id(other) };
        let refused = bench.tokens().revoke_token(with(revoke, Some(&vision.secret))).await;
        assert_eq!(refused.expect_err("not theirs").code(), tonic::Code::NotFound);
    }
    assert_eq!(listed(ROOT).await, all);
}

/// A token and its end outlive the server; what is stored is not the token.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_outlive_the_server() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = format!("redb:{}", directory.path().display());
    let bench = Bench::with_store(&store).await;
    let (good, bad) = (bench.token(&["study:read@*"], 0).await, bench.token(&["study:read@*"], 0).await);
    bench.revoke(&bad.token.expect("told").id).await;
    let Bench { server, channel } = bench;
    drop(channel);
    server.stop().await;

    let bench = Bench::with_store(&store).await;
    let list = || v1::ListStudiesRequest::default().encode_to_vec();
    let path = "tunewright.v1.StudyService/ListStudies";
    assert_eq!(bench.code(path, list(), Some(&good.secret)).await, tonic::Code::Ok);
    let refused = bench.call(path, list(), Some(&bad.secret)).await.expect_err("revoked");
    assert_eq!(refused.message(), "the token was revoked");
    bench.server.stop().await;
    let stored = std::fs::read(directory.path().join("tunewright.redb")).expect("the file");
    for secret in [&good.secret, &bad.secret, ROOT] {
        let digits = secret.rsplit('_').next().expect("digits").as_bytes();
        assert!(!stored.windows(digits.len()).any(|window| window == digits), "a token lies in the store");
    }
}
