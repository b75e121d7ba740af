//! What somebody may have meant.

/// The candidate nearest to `word`, if it is at most two edits away (one in words of up to four letters).
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Distances are quadratic: nobody misspells a word of that length by two letters.
    if word.len() > 64 {
        return None;
    }
    let allowed = if word.chars().count() <= 4 { 1 } else { 2 };
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 64)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many characters to insert, remove or replace, or neighbours to swap (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// What somebody wrote, cut so that a message stays one: it may be of any length.
pub(crate) fn cut(text: &str) -> String {
    const SHOWN_MAX: usize = 80;
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// "`a`, `b` or `c`", at most ten of them.
pub(crate) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN_MAX: usize = 10;
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(SHOWN_MAX).map(|name| format!("`{}`", cut(name))).collect();
    if names.len() > SHOWN_MAX {
        return format!("{} or {} others", shown.join(", "), names.len() - SHOWN_MAX);
    }
    match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_spellings_are_found_and_far_ones_are_not() {
        let kinds = ["uniform", "quniform", "int", "choice"];
        for (word, meant) in [
            ("unifrom", Some("uniform")),
            ("chocie", Some("choice")),
            ("in", Some("int")),
            ("Int", Some("int")),
            ("itn", Some("int")),
            ("float", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, kinds), meant, "{word}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(cut(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(cut(&"é".repeat(81)), format!("{}...", "é".repeat(80)));
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
        let many: Vec<String> = (0..12).map(|i| i.to_string()).collect();
        assert!(one_of(many.iter().map(String::as_str)).ends_with("`9` or 2 others"));
    }
}
