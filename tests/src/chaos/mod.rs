//! The fault suite: real servers, workers and a real Redis, hurt on a seeded schedule, and a checker that holds what
//! every client was told against what is there in the end.
//!
//! [`run()`] is one run. [`proxy`] and [`site`] are what can be hurt, [`schedule`] says when, [`nemesis`] does it,
//! [`asker`] and its kind are the clients, which write down all they ask and hear in a [`history`], and [`checker`]
//! finds broken promises in it.

pub mod asker;
pub mod caller;
pub mod checker;
pub mod crew;
pub mod dice;
pub mod disk;
pub mod ending;
pub mod history;
pub mod lane;
pub mod nemesis;
pub mod proxy;
pub mod run;
pub mod schedule;
pub mod server;
pub mod site;
pub mod store;
pub mod summary;
pub mod worker;

pub use run::{PATIENCE, Settings, run};
pub use store::StoreKind;
pub use summary::Summary;
