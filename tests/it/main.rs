//! One integration binary of modules.

mod dependencies;
mod deploy;
mod digits;
mod docs;
mod support;
mod tidy;
