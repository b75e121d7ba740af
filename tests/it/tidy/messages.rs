//! What people read when something goes wrong: lowercase, no full stop.

use super::source::{self, Source};

/// The calls whose string literals become messages and hints.
const CALLS: [&str; 10] = [
    "Refusal::new(",
    "Refusal::invalid(",
    "Refusal::not_found(",
    "Refusal::closed(",
    "Refusal::conflict(",
    "Refusal::internal(",
    ".with_hint(",
    ".context(",
    "bail!(",
    "#[error(",
];

/// Words that are written with a capital wherever they stand.
const NAMES: [&str; 6] = ["Redis", "Hyperopt", "Tunewright", "Python", "Kubernetes", "Ctrl-C"];

/// The string literals up to the parenthesis that closes the one before `text`.
fn literals(text: &str) -> Vec<String> {
    let (mut depth, mut found) = (1_usize, Vec::new());
    let mut literal: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (&mut literal, c) {
            (Some(written), '\\') => written.extend(chars.next()),
            (Some(_), '"') => found.extend(literal.take()),
            (Some(written), _) => written.push(c),
            (None, '"') => literal = Some(String::new()),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            (None, _) => {}
        }
    }
    found
}

fn messages(source: &Source) -> Vec<String> {
    let calls = CALLS.iter().flat_map(|call| source.code.match_indices(call));
    calls.flat_map(|(at, call)| literals(&source.code[at + call.len()..])).collect()
}

fn is_in_style(message: &str) -> bool {
    let first = message.split(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap_or_default();
    let begins_lowercase = !first.starts_with(char::is_uppercase)
        || NAMES.contains(&first)
        || (first.len() > 1 && !first.contains(char::is_lowercase));
    begins_lowercase && !message.ends_with(['.', '!'])
}

#[test]
fn messages_are_lowercase_and_have_no_full_stop() {
    let rooms = ["core/src", "proto/src", "server/src", "worker/src", "sdk/rust/src", "cli/src"];
    let sources: Vec<Source> = rooms.into_iter().flat_map(source::product).collect();
    let mut seen = 0;
    let mut wrong = Vec::new();
    for source in &sources {
        let messages = messages(source);
        seen += messages.len();
        let off = messages.into_iter().filter(|message| !is_in_style(message));
        wrong.extend(off.map(|message| format!("{}: {message}", source.path.display())));
    }
    assert!(seen > 50, "only {seen} messages were found: the constructors have other names now");
    assert!(wrong.is_empty(), "not in the house's style: {wrong:#?}");
}

#[test]
fn the_style_is_told_apart() {
    for good in [
        "must be < high",
        "`C` must be finite",
        "Redis is away",
        "YAML cannot be read",
        "{count} are open",
        "",
    ] {
        assert!(is_in_style(good), "{good}");
    }
    for bad in ["Must be < high", "must be < high.", "A study has a name", "failed!"] {
        assert!(!is_in_style(bad), "{bad}");
    }
    assert_eq!(literals(r#""a \"b\"", f("c", x), 1) + "d")"#), ["a \"b\"", "c"]);
}
