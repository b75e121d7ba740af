//! One integration binary of modules.

mod access;
mod attachments;
mod bad_input;
mod dependencies;
mod deploy;
mod digits;
mod docs;
mod faults;
mod http;
mod matching;
mod next;
mod outside;
mod promises;
mod run;
mod sdk;
mod serve;
mod support;
mod tidy;
mod worker;
