//! Who may do what, over the real wire: every call and every page against every role.

pub(crate) mod bench;
pub(crate) mod calls;
mod clients;
mod lists;
mod pages;
mod streams;
pub(crate) mod table;
