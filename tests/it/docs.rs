//! The documents say what is true: their commands run, their YAML is read, their links lead somewhere.
//!
//! A fence's first word is its language, as everywhere; what follows is ours. A block of `yaml file=study.yaml` is
//! saved under that name, one of `sh test` is run in the same directory after those before it, with the built
//! `tunewright` first in the PATH. The blocks of one document make one story.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tunewright_core::space::Space;

use crate::support::{binary::binary, project};

/// The documents whose stories are told to the end by the tests.
const STORIES: [&str; 3] = ["README.md", "docs/guide.md", "docs/security.md"];

/// One fenced block.
struct Block {
    /// The words after the fence.
    info: Vec<String>,
    /// The number of its first line.
    line: usize,
    text: String,
}

impl Block {
    fn is(&self, language: &str) -> bool {
        self.info.first().is_some_and(|word| word == language)
    }

    fn file(&self) -> Option<&str> {
        self.info.iter().find_map(|word| word.strip_prefix("file="))
    }
}

fn documents() -> Vec<PathBuf> {
    project::files().into_iter().filter(|path| path.extension().is_some_and(|it| it == "md")).collect()
}

fn blocks(document: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in document.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let info = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Block { info, line: index + 2, text: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => block.text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}

/// The targets of the Markdown links outside of code.
fn links(document: &str) -> Vec<String> {
    let mut is_code = false;
    let prose = document.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    let targets = prose.flat_map(|line| line.split("](").skip(1));
    targets.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned()).collect()
}

/// The files that a document links to, with paths from the root.
fn linked_files(path: &Path) -> Vec<PathBuf> {
    let dir = path.parent().unwrap_or(Path::new(""));
    let links = links(&project::read(path));
    let files = links.iter().filter(|link| !link.contains("://") && !link.starts_with('#'));
    files.map(|link| plain(&dir.join(link.split('#').next().unwrap_or(link)))).collect()
}

/// The path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn stories_run() {
    let mut searched = vec![binary().parent().expect("a directory").to_owned()];
    searched.extend(std::env::split_paths(&std::env::var_os("PATH").expect("a PATH")));
    let searched = std::env::join_paths(searched).expect("a PATH");
    for story in STORIES {
        let dir = tempfile::tempdir().expect("a directory");
        let mut ran = 0;
        for block in blocks(&project::read(story)) {
            if let Some(file) = block.file() {
                std::fs::write(dir.path().join(file), &block.text).expect("written");
            }
            if !(block.is("sh") && block.info.iter().any(|word| word == "test")) {
                continue;
            }
            let shell = Command::new("timeout")
                .args(["60", "bash", "-euo", "pipefail", "-c", &block.text])
                .current_dir(dir.path())
                .env("PATH", &searched)
                .env_remove("TUNEWRIGHT_STORE")
                .env_remove("TUNEWRIGHT_DATA_DIR")
                .output()
                .expect("bash starts");
            let said = [shell.stdout, shell.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(shell.status.success(), "{story}:{}: {}\n{said}", block.line, shell.status);
            ran += 1;
        }
        assert!(ran > 0, "{story} tells no story that can be run");
    }
}

#[test]
fn yaml_in_documents_and_examples_is_read() {
    let mut spaces = 0;
    let mut check = |origin: String, text: &str| {
        let read: Result<Value, _> = serde_saphyr::from_str(text);
        let document = read.unwrap_or_else(|error| panic!("{origin}: {error}"));
        if document.get("form").is_none()
            && let Some(space) = document.get("space")
        {
            let space: Result<Space, _> = serde_json::from_value(space.clone());
            space.unwrap_or_else(|error| panic!("{origin}: {error}"));
            spaces += 1;
        }
    };
    for path in documents() {
        for block in blocks(&project::read(&path)).iter().filter(|block| block.is("yaml")) {
            check(format!("{}:{}", path.display(), block.line), &block.text);
        }
    }
    for path in project::files_below("examples", "yaml") {
        check(path.display().to_string(), &project::read(&path));
    }
    assert!(spaces >= 3, "only {spaces} spaces were found");
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for path in documents() {
        let lost = linked_files(&path).into_iter().filter(|file| !project::root().join(file).exists());
        broken.extend(lost.map(|file| format!("{}: {}", path.display(), file.display())));
    }
    assert!(broken.is_empty(), "links to what is not there: {broken:#?}");
}

#[test]
fn every_document_can_be_found_from_the_front_door() {
    let linked: BTreeSet<PathBuf> = STORIES.iter().flat_map(|story| linked_files(Path::new(story))).collect();
    let lost: Vec<_> =
        documents().into_iter().filter(|path| path.starts_with("docs") && !linked.contains(path)).collect();
    assert!(lost.is_empty(), "linked from neither of {STORIES:?}: {lost:?}");
}

/// The tests that documents name, as `path/to/file.rs::name`.
fn named_tests(document: &str) -> Vec<(String, String)> {
    let spans = document.split('`').skip(1).step_by(2);
    let named = spans.filter_map(|span| span.split_once(".rs::"));
    named.map(|(file, name)| (format!("{file}.rs"), name.to_owned())).collect()
}

#[test]
fn tests_that_documents_name_are_there() {
    let mut lost = Vec::new();
    let mut promises = 0;
    for path in documents() {
        for (file, name) in named_tests(&project::read(&path)) {
            let is_there =
                project::root().join(&file).exists() && project::read(&file).contains(&format!("fn {name}("));
            if is_there {
                promises += usize::from(path.ends_with("promises.md"));
            } else {
                lost.push(format!("{}: {file}::{name}", path.display()));
            }
        }
    }
    assert!(lost.is_empty(), "these tests are not there: {lost:#?}");
    assert!(promises >= 16, "only {promises} tests of promises are named");
}
