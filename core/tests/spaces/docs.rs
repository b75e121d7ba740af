//! The examples of docs/spaces.md are right.

use tunewright_core::space::Space;

const DOCS: &str = include_str!("../../../docs/spaces.md");

/// The fenced blocks of this language, with the numbers of their lines.
fn blocks(language: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut lines = DOCS.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(found) = line.strip_prefix("```").filter(|found| !found.is_empty()) else { continue };
        let body: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| !line.starts_with("```")).collect();
        if found == language {
            blocks.push((number + 1, body.join("\n")));
        }
    }
    blocks
}

#[test]
fn spaces_are_read() {
    let blocks = blocks("yaml");
    assert!(blocks.len() >= 10, "{} blocks", blocks.len());
    for (line, yaml) in blocks {
        let space: Space = serde_saphyr::from_str(&yaml).unwrap_or_else(|e| panic!("line {line}: {e}"));
        let back: Space = serde_saphyr::from_str(&serde_saphyr::to_string(&space).unwrap()).unwrap();
        assert_eq!(back, space, "line {line}");
    }
    for (line, json) in self::blocks("json") {
        Space::from_json(&json).unwrap_or_else(|e| panic!("line {line}: {e}"));
    }
}

/// Each refused example starts with a comment that holds the message.
#[test]
fn refused_examples_are_refused_as_they_say() {
    let blocks = blocks("yaml refused");
    assert!(blocks.len() >= 3, "{} blocks", blocks.len());
    for (line, yaml) in blocks {
        let message = yaml.lines().next().and_then(|first| first.strip_prefix("# ")).unwrap();
        let error = serde_saphyr::from_str::<Space>(&yaml).expect_err("refused").to_string();
        assert!(error.contains(message), "line {line}: {error}");
    }
}

#[test]
fn all_kinds_are_described() {
    for kind in [
        "uniform",
        "quniform",
        "loguniform",
        "qloguniform",
        "normal",
        "qnormal",
        "lognormal",
        "qlognormal",
        "uniformint",
        "randint",
        "int",
        "float",
        "choice",
        "pchoice",
    ] {
        let shown = blocks("yaml").iter().any(|(_, yaml)| yaml.contains(&format!("type: {kind},")));
        assert!(shown, "no example has {kind}");
    }
}
