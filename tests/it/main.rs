//! One integration binary of modules.

mod access;
mod attachments;
mod backup;
mod bad_input;
mod dashboard;
mod demo_data;
mod dependencies;
mod deploy;
mod digits;
mod docs;
mod faults;
mod fuzz;
mod http;
mod limits;
mod matching;
mod next;
mod outside;
mod port;
mod promises;
mod run;
mod sdk;
mod serve;
mod simulation;
mod support;
mod tidy;
mod worker;
