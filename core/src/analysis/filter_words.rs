//! The words of a filter.

use crate::Refusal;

/// One condition as it is written: `name:value,value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) name: String,
    /// Parted at the commas; with the `<` or `>` before it, but without the `:` or `=`.
    pub(super) values: Vec<String>,
}

/// The words of a text, parted by blanks. What is in double quotes is taken as it is; a backslash there takes the next
/// character as it is.
pub(super) fn words(text: &str) -> Result<Vec<Word>, Refusal> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_whitespace() {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_default();
        if character == '"' {
            let into = word.last();
            loop {
                match characters.next() {
                    Some('"') => break,
                    Some('\\') => into.extend(characters.next()),
                    Some(other) => into.push(other),
                    None => return Err(Refusal::invalid("filter", "a double quote is not closed")),
                }
            }
            continue;
        }
        match (character, word.values.is_empty()) {
            (':' | '=', true) => word.values.push(String::new()),
            ('<' | '>', true) => word.values.push(character.to_string()),
            // The numbers of trials need no colon.
            (',', true) if word.name.starts_with('#') => word.values.push(String::new()),
            (',', false) => word.values.push(String::new()),
            _ => word.last().push(character),
        }
    }
    words.extend(word);
    Ok(words)
}

impl Word {
    /// What is being read.
    fn last(&mut self) -> &mut String {
        self.values.last_mut().unwrap_or(&mut self.name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word(name: &str, values: &[&str]) -> Word {
        Word { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    #[test]
    fn words_have_names_and_values() {
        let read = words(r#" state:failed,pruned lr<1e-3 "a b":"c,\"d\"",e  #12,13 x=>=2 lonely "#).unwrap();
        assert_eq!(
            read,
            [
                word("state", &["failed", "pruned"]),
                word("lr", &["<1e-3"]),
                word("a b", &["c,\"d\"", "e"]),
                word("#12", &["13"]),
                word("x", &[">=2"]),
                word("lonely", &[]),
            ]
        );
        assert!(words("a:\"b").is_err());
        assert_eq!(words(" \n"), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn whatever_is_quoted_is_taken_as_it_is(name in "[^\"\\\\]{1,9}", value in "[^\"\\\\]{0,9}") {
            let read = words(&format!("\"{name}\":\"{value}\"")).unwrap();
            prop_assert_eq!(read, vec![word(&name, &[&value])]);
        }
    }
}
