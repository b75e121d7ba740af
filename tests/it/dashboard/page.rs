//! The page's own files.

use super::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_served_at_each_of_its_addresses_and_loads_nothing_from_elsewhere() {
    let bench = Bench::new().await;
    let index = bench.api.get("/").await.text();
    assert!(index.contains("<title>Tunewright</title>"), "{index}");
    for address in
        ["/s/default/shown", "/s/default/shown/t/7", "/s/a/b/compare?t=1,2", "/workers", "/settings"]
    {
        let answer = bench.api.get(address).await;
        assert_eq!((answer.status, answer.text()), (200, index.clone()), "{address}");
    }
    let script = bench.api.get("/app.js").await;
    let policy = script.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.starts_with("default-src 'self';") && !policy.contains("unsafe"), "{policy}");
    for (path, kind) in
        [("/app.js", "text/javascript"), ("/app.css", "text/css"), ("/icon.svg", "image/svg+xml")]
    {
        let answer = bench.api.get(path).await;
        let found = answer.headers["content-type"].to_str().expect("text");
        assert!(found.starts_with(kind), "{path} is {found}");
        let text = answer.text();
        for (at, _) in text.match_indices("://") {
            let around = text.get(at.saturating_sub(8)..(at + 40).min(text.len())).unwrap_or_default();
            assert!(around.contains("www.w3.org"), "{path} names another host: {around}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_the_page_compressed_and_only_once() {
    let bench = Bench::new().await;
    let plain = bench.api.get("/app.js").await;
    let packed = bench.api.with_header("accept-encoding", "gzip").get("/app.js").await;
    assert_eq!(packed.headers["content-encoding"], "gzip");
    assert!(packed.body.len() * 2 < plain.body.len(), "{} of {}", packed.body.len(), plain.body.len());
    let tag = packed.headers["etag"].to_str().expect("text").to_owned();
    let again = bench.api.with_header("if-none-match", &tag).get("/app.js").await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let list = bench.api.with_header("accept-encoding", "gzip").get("/api/v1/openapi.json").await;
    assert_eq!(list.headers["content-encoding"], "gzip");
}
