//! Pages of lists.

use tunewright_core::Refusal;

const PAGE_SIZE: usize = 100;
const PAGE_SIZE_MAX: u32 = 1_000;

/// How many items a page has.
pub(super) fn page_size(wanted: u32) -> Result<usize, Refusal> {
    match wanted {
        0 => Ok(PAGE_SIZE),
        size if size <= PAGE_SIZE_MAX => Ok(size as usize),
        size => Err(Refusal::invalid("page_size", format!("must be at most {PAGE_SIZE_MAX}, not {size}"))),
    }
}

/// Where a page of numbered things begins: a token is the number of its first item.
pub(super) fn number_of_token(token: &str) -> Result<u64, Refusal> {
    if token.is_empty() {
        return Ok(0);
    }
    token.parse().map_err(|_| Refusal::invalid("page_token", "must be a token from an earlier page"))
}
