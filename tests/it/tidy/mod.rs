//! Tidiness as a test: the rules of the house that no compiler knows.

mod imports;
mod messages;
mod source;

use std::path::{Path, PathBuf};

use crate::support::project;

const MOST_LINES: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] =
    ["util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"];

/// What ties a file to the machine or the mirror it was written on; in two parts, so that this file has none.
const OF_ONE_MACHINE: [(&str, &str); 14] = [
    ("/home", "/"),
    ("/Users", "/"),
    ("/root", "/"),
    ("/wor", "k/"),
    ("pypi.", "org"),
    ("pythonhosted.", "org"),
    ("static.crates", ".io"),
    ("index.crates", ".io"),
    ("registry.npmjs", ".org"),
    ("deb.debian", ".org"),
    ("registry-1.", "docker"),
    ("gh", "cr.io"),
    ("qu", "ay.io"),
    ("gcr", ".io"),
];

/// What is generated and committed: nobody reads it.
const GENERATED: [&str; 3] =
    ["sdk/python/tunewright/v1", "server/dashboard/dist", "server/dashboard/src/api/schema.ts"];

fn sources() -> Vec<PathBuf> {
    let extensions = ["rs", "py", "ts", "tsx", "mjs", "css", "proto", "sh"];
    let wanted = |path: &PathBuf| {
        !GENERATED.iter().any(|generated| path.starts_with(generated))
            && path.extension().is_some_and(|it| extensions.iter().any(|known| it == *known))
    };
    project::files().into_iter().filter(wanted).collect()
}

/// The text of a file, unless it is not text.
fn text(path: &Path) -> Option<String> {
    String::from_utf8(std::fs::read(project::root().join(path)).expect("a file of ours can be read")).ok()
}

#[test]
fn files_stay_short_enough_to_be_read() {
    let lines = |path: &PathBuf| project::read(path).lines().count();
    let long: Vec<_> = sources().into_iter().filter(|path| lines(path) >= MOST_LINES).collect();
    assert!(long.is_empty(), "{MOST_LINES} lines or more: {long:?}");
}

#[test]
fn names_say_what_is_inside() {
    let is_empty = |path: &PathBuf| {
        path.components().any(|part| {
            let stem =
                Path::new(part.as_os_str()).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            EMPTY_NAMES.contains(&stem)
        })
    };
    let empty: Vec<_> = sources().into_iter().filter(is_empty).collect();
    assert!(empty.is_empty(), "names that could stand over anything: {empty:?}");
}

#[test]
fn nothing_is_left_open() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    let mut found = Vec::new();
    for path in sources() {
        let text = project::read(&path);
        let open = text.lines().enumerate().filter(|(_, line)| marks.iter().any(|mark| line.contains(mark)));
        found.extend(open.map(|(index, line)| format!("{}:{}: {}", path.display(), index + 1, line.trim())));
    }
    assert!(found.is_empty(), "left open: {found:#?}");
}

#[test]
fn no_test_is_switched_off_without_a_reason() {
    let bare = concat!("#[ig", "nore]");
    let ignored: Vec<_> = sources().into_iter().filter(|path| project::read(path).contains(bare)).collect();
    assert!(ignored.is_empty(), "ignored without a reason: {ignored:?}");
}

#[test]
fn files_belong_to_no_machine() {
    let mut found = Vec::new();
    for path in project::files().into_iter().filter(|path| !path.ends_with("Cargo.lock")) {
        let Some(text) = text(&path) else { continue };
        for (index, line) in text.lines().enumerate() {
            let tied = OF_ONE_MACHINE.iter().find(|(start, end)| line.contains(&format!("{start}{end}")));
            found.extend(tied.map(|_| format!("{}:{}: {}", path.display(), index + 1, line.trim())));
        }
    }
    assert!(found.is_empty(), "paths of one machine, or hosts of registries: {found:#?}");
}
