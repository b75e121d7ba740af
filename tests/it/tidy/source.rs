//! Just enough of Rust's grammar to see what a file imports and says.

use std::path::{Path, PathBuf};

use crate::support::project;

/// A Rust file that is no test: its path and its code, without comments and without the test modules at its end.
pub struct Source {
    pub path: PathBuf,
    pub code: String,
}

/// The product's own code below `dir`.
pub fn product(dir: &str) -> Vec<Source> {
    let paths = project::files_below(dir, "rs").into_iter().filter(|path| !is_test(path));
    paths
        .map(|path| {
            let code = without_comments(&project::read(&path));
            let end = code.find("#[cfg(test)]\nmod tests {").unwrap_or(code.len());
            Source { code: code[..end].to_owned(), path }
        })
        .collect()
}

fn is_test(path: &Path) -> bool {
    let test_names = ["tests", "testing", "benches", "examples"];
    path.components().any(|part| {
        let stem = Path::new(part.as_os_str()).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        test_names.contains(&stem) || stem.ends_with("_tests") || stem.ends_with("_test")
    })
}

fn without_comments(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| [line.trim(), "\n"]).collect()
}

/// Every path that the code names, such as `crate::space::Point`; in `use` statements one for each leaf of the tree.
/// `self` and `super` are resolved to `crate`.
pub fn paths(source: &Source) -> Vec<String> {
    let module = module(&source.path);
    let mut found = Vec::new();
    let mut rest = source.code.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        match line.split_once("use ") {
            Some((visibility, _)) if visibility.is_empty() || visibility.starts_with("pub") => {
                let (statement, after_statement) = rest.split_once(';').unwrap_or((rest, ""));
                let tree = statement.split_once("use ").map_or("", |(_, tree)| tree);
                leaves("", tree, &mut found);
                rest = after_statement;
            }
            _ => {
                let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
                found.extend(
                    words.filter(|word| word.contains("::")).map(|word| word.trim_matches(':').to_owned()),
                );
                rest = after;
            }
        }
    }
    found.into_iter().map(|path| resolve(&path, &module)).collect()
}

/// The leaves of a tree such as `a::{b, c::{d, e}}`, each with `prefix` before it.
fn leaves(prefix: &str, tree: &str, found: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, inner)) = tree.split_once('{') else {
        if !tree.is_empty() {
            let path = tree.split(" as ").next().unwrap_or(tree);
            found.push(format!("{prefix}{}", path.trim()));
        }
        return;
    };
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let prefix = format!("{prefix}{}", head.trim());
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                leaves(&prefix, &inner[start..at], found);
                start = at + 1;
            }
            _ => {}
        }
    }
    leaves(&prefix, &inner[start..], found);
}

/// The module that a file is, from the crate's root: `server/src/grpc/status.rs` is `["grpc", "status"]`.
fn module(path: &Path) -> Vec<String> {
    let parts = path.components().filter_map(|part| part.as_os_str().to_str());
    let mut module: Vec<String> =
        parts.skip_while(|part| *part != "src").skip(1).map(str::to_owned).collect();
    if let Some(file) = module.pop()
        && let Some(name) = file.strip_suffix(".rs")
        && !["mod", "lib", "main"].contains(&name)
    {
        module.push(name.to_owned());
    }
    module
}

fn resolve(path: &str, module: &[String]) -> String {
    let mut parts: Vec<&str> = path.split("::").collect();
    if !["self", "super"].contains(&parts[0]) {
        return path.to_owned();
    }
    let mut base = module;
    while let Some(first @ ("self" | "super")) = parts.first().copied() {
        if first == "super" {
            base = &base[..base.len().saturating_sub(1)];
        }
        parts.remove(0);
    }
    let base = base.iter().map(String::as_str);
    std::iter::once("crate").chain(base).chain(parts).collect::<Vec<_>>().join("::")
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let code = "use std::{fmt, collections::{BTreeMap, HashMap as Map}};\npub(crate) use super::store::Store;\n\
                use self::part::Part;\nfn f() { crate::studies::open(a::B::new(), \"x\"); }\n";
    let source = Source { path: PathBuf::from("server/src/grpc/status.rs"), code: code.to_owned() };
    assert_eq!(
        paths(&source),
        [
            "std::fmt",
            "std::collections::BTreeMap",
            "std::collections::HashMap",
            "crate::grpc::store::Store",
            "crate::grpc::status::part::Part",
            "crate::studies::open",
            "a::B::new",
        ]
    );
}
