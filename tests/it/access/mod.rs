//! Who may do what, over the real wire: every call and every page against every role.

mod bench;
mod calls;
mod lists;
mod streams;
mod table;
