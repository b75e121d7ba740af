//! One integration binary of modules.

mod dependencies;
mod deploy;
mod docs;
mod support;
mod tidy;
