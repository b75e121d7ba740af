//! What the tests stand on: the built binary, and the project's own files.

pub mod api;
pub mod binary;
pub mod certificates;
pub mod http;
pub mod in_process;
pub mod process;
pub mod project;
pub mod secure;
pub mod served;
