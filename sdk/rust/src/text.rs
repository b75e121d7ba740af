//! Texts of at most so many bytes.

/// The kept tail of what an objective printed, in bytes.
pub(crate) const OUTPUT_LEN_MAX: usize = 64 * 1024;

/// The longest message of a failure, in bytes.
pub(crate) const MESSAGE_LEN_MAX: usize = 4 * 1024;

/// The last `most` bytes of a text, less at most three so that no character is cut.
pub(crate) fn tail(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let mut start = text.len() - most;
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].to_owned()
}

/// The first `most` bytes of a text, less at most three so that no character is cut.
pub(crate) fn head(mut text: String, most: usize) -> String {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(tail("aäz".to_owned(), 2), "z");
        assert_eq!(tail("aäz".to_owned(), 3), "äz");
        assert_eq!(tail("aäz".to_owned(), 9), "aäz");
        assert_eq!(head("aäz".to_owned(), 2), "a");
        assert_eq!(head("aäz".to_owned(), 3), "aä");
        assert_eq!(head("aäz".to_owned(), 9), "aäz");
    }
}
