//! The page's contract: what the HTTP API answers with. The OpenAPI document and the page's types are made from these.

mod frame;
mod list;
mod server;
mod study;
mod trial;
mod worker;

pub(super) use frame::StudyFrame;
pub(super) use list::{StudyList, TrialPage};
pub(super) use server::ServerInfo;
pub(super) use study::{StudyDetail, StudySummary};
pub(super) use trial::{Enqueued, TrialDetail, TrialRow};
pub(super) use worker::{WorkerInfo, WorkerList};
