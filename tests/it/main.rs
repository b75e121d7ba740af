//! One integration binary of modules.
