//! Whether what is generated is as its sources are; no Node is needed to tell.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::support::project;

const DASHBOARD: &str = "server/dashboard";

/// The files of a folder and of those in it.
fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files_under(&path)) } else { found.push(path) }
    }
    found
}

/// As `build.mjs` has it: one digest over `path NUL content NUL` of every source, sorted by path.
#[test]
fn the_page_is_built_from_its_sources_as_they_are() {
    let root = project::root().join(DASHBOARD);
    let single =
        ["build.mjs", "icon.svg", "index.html", "package-lock.json", "package.json", "tsconfig.json"];
    let mut paths: Vec<PathBuf> = single.iter().map(|name| root.join(name)).collect();
    paths.extend(files_under(&root.join("src")));
    let mut named: Vec<(String, PathBuf)> = paths
        .into_iter()
        .map(|path| (path.strip_prefix(&root).expect("below it").to_str().expect("text").to_owned(), path))
        .collect();
    named.sort();
    let mut digest = Sha256::new();
    for (name, path) in named {
        digest.update(name);
        digest.update([0]);
        digest.update(std::fs::read(path).expect("a file"));
        digest.update([0]);
    }
    let found: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let told = project::read(format!("{DASHBOARD}/dist/SOURCES.sha256"));
    assert_eq!(told.trim(), found, "the page is stale: run `make page`, and commit {DASHBOARD}/dist");
}

/// The page's types are made of this file, and `npm test` checks that they are.
#[test]
fn the_document_of_the_api_is_as_the_server_has_it() {
    let path = project::root().join(DASHBOARD).join("openapi.json");
    let served = tunewright_server::openapi_json();
    if std::env::var_os("TUNEWRIGHT_TEST_WRITE").is_some() {
        std::fs::write(&path, &served).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == served,
        "the API has changed: run this test with TUNEWRIGHT_TEST_WRITE=1, then `make page`, and commit {DASHBOARD}"
    );
}
