//! The direction of imports: who may know whom.

use super::source;
use crate::support::project;

/// A room and what it never imports, and why.
struct Never {
    room: &'static str,
    imports: &'static [&'static str],
    because: &'static str,
}

const IO: &[&str] =
    &["tokio", "tokio_util", "tonic", "prost", "axum", "redis", "redb", "tracing", "std::net", "std::fs"];
const CHANCE: &[&str] = &[
    "std::time::Instant",
    "std::time::SystemTime",
    "std::collections::HashMap",
    "std::collections::HashSet",
    "rand::rng",
    "rand::random",
    "Instant::now",
    "SystemTime::now",
];
const OUTER_CRATES: &[&str] = &["tunewright_proto", "tunewright_server", "tunewright_worker", "tunewright"];

const RULES: &[Never] = &[
    never("core/src", IO, "the core does no I/O"),
    never("core/src", CHANCE, "a seed and a list of commands must reproduce any run"),
    never("core/src", OUTER_CRATES, "the core knows nobody"),
    never(
        "core/src/space",
        &["crate::suggest", "crate::study", "crate::local", "crate::analysis"],
        "space is the innermost",
    ),
    never(
        "core/src/suggest",
        &["crate::study", "crate::local", "crate::analysis"],
        "suggesters know spaces only",
    ),
    never(
        "core/src/study",
        &["crate::local", "crate::analysis"],
        "the loop drives the study, and who looks at it changes nothing",
    ),
    never(
        "core/src/analysis",
        &["crate::suggest", "crate::local", "crate::access"],
        "it looks at spaces and trials",
    ),
    never("core/src/study", &["crate::access"], "a study does not know who asks"),
    never(
        "proto/src",
        &["tunewright_server", "tunewright_worker", "tunewright"],
        "the wire knows the core only",
    ),
    never(
        "link/src",
        &["tunewright_server", "tunewright_worker", "tunewright"],
        "the way to a server knows the wire only",
    ),
    never(
        "server/src",
        &["tunewright_worker", "tunewright", "tunewright_link"],
        "the server never dials a worker",
    ),
    never("worker/src", &["tunewright_server", "tunewright"], "a worker knows the way to a server only"),
    never(
        "sdk/rust/src",
        &["tunewright_server", "tunewright_worker"],
        "a client knows the way to a server only",
    ),
    never("server/src/grpc", &["crate::storage", "crate::app"], "decode, one call of a handle, encode"),
    never("server/src/http", &["crate::storage", "crate::app"], "decode, one call of a handle, encode"),
    never(
        "server/src/dispatch",
        &["crate::storage", "crate::grpc", "crate::http", "crate::app"],
        "it pairs, no more",
    ),
    never(
        "server/src/studies",
        &["crate::auth", "crate::grpc", "crate::http", "crate::dispatch", "crate::app"],
        "it is called",
    ),
    never(
        "server/src/storage",
        &[
            "crate::auth",
            "crate::studies",
            "crate::grpc",
            "crate::http",
            "crate::dispatch",
            "crate::metrics",
            "crate::app",
        ],
        "a store knows the core's records only",
    ),
    never(
        "server/src/auth",
        &["crate::studies", "crate::grpc", "crate::http", "crate::dispatch", "crate::app"],
        "it knows who calls, not what for",
    ),
    never(
        "server/src/port",
        &[
            "crate::auth",
            "crate::studies",
            "crate::grpc",
            "crate::http",
            "crate::dispatch",
            "crate::storage",
            "crate::app",
        ],
        "it carries what others say",
    ),
    never("server/src/auth", &["tunewright_proto::v1"], "protobuf stops at the edge"),
    never("server/src/metrics.rs", &["crate"], "it knows nobody"),
    never("server/src/problem.rs", &["crate"], "it knows nobody"),
    never("server/src/dispatch", &["tunewright_proto::v1"], "protobuf stops at the edge"),
    never("server/src/studies", &["tunewright_proto::v1"], "protobuf stops at the edge"),
    never("server/src/storage", &["tunewright_proto"], "what is stored is our own records"),
];

const fn never(room: &'static str, imports: &'static [&'static str], because: &'static str) -> Never {
    Never { room, imports, because }
}

/// Words of closed rooms that may be said anywhere: plain values, and no way to what is in the room.
const WORDS: [&str; 1] = ["crate::storage::Durability"];

/// Which of our crates a member may depend on; tests may know all.
const MAY_DEPEND: [(&str, &[&str]); 7] = [
    ("core", &[]),
    ("proto", &["tunewright-core"]),
    ("link", &["tunewright-core", "tunewright-proto"]),
    ("server", &["tunewright-core", "tunewright-proto"]),
    ("sdk/rust", &["tunewright-core", "tunewright-link", "tunewright-proto"]),
    ("worker", &["tunewright-core", "tunewright-link", "tunewright-proto"]),
    ("cli", &["tunewright-core", "tunewright-proto", "tunewright", "tunewright-server", "tunewright-worker"]),
];

/// Whether `path` is `module` or lies in it.
fn is_within(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The dependencies that a manifest names, of all kinds.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut named = Vec::new();
    let mut is_listing = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_listing = line.trim_end_matches(']').ends_with("dependencies");
        } else if is_listing && let Some((name, _)) = line.split_once(['.', ' ', '=']) {
            named.push(name.to_owned());
        }
    }
    named
}

#[test]
fn rooms_import_in_one_direction() {
    let mut broken = Vec::new();
    for rule in RULES {
        let sources = match rule.room.rsplit_once('/') {
            Some((dir, file)) if file.ends_with(".rs") => {
                let mut there = source::product(dir);
                there.retain(|source| source.path.ends_with(file));
                there
            }
            _ => source::product(rule.room),
        };
        assert!(!sources.is_empty(), "{} is not there any more: mend the table", rule.room);
        for source in sources {
            let paths = source::paths(&source);
            let paths = paths.iter().filter(|path| !WORDS.iter().any(|word| is_within(path, word)));
            let wrong = paths.filter(|path| rule.imports.iter().any(|module| is_within(path, module)));
            broken
                .extend(wrong.map(|path| format!("{}: {path}, but {}", source.path.display(), rule.because)));
        }
    }
    assert!(broken.is_empty(), "imports against the direction of the house: {broken:#?}");
}

#[test]
fn manifests_name_only_whom_a_crate_may_know() {
    for (member, allowed) in MAY_DEPEND {
        let named = dependencies(&project::read(format!("{member}/Cargo.toml")));
        assert!(!named.is_empty(), "the dependencies of {member} were not found");
        let ours = named.iter().filter(|name| name.starts_with("tunewright"));
        let wrong: Vec<_> = ours.filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(wrong.is_empty(), "{member} may not depend on {wrong:?}");
    }
    let of_core = dependencies(&project::read("core/Cargo.toml"));
    let wrong: Vec<_> = of_core.iter().filter(|name| IO.contains(&name.as_str())).collect();
    assert!(wrong.is_empty(), "the core does no I/O, but depends on {wrong:?}");
}
