//! The Rust client of Tunewright.
//!
//! A **study** searches a space of hyperparameters; the server proposes **trials**, this client evaluates them and
//! tells their losses (lower is better). Start a server with `tunewright serve`, then:
//!
//! ```no_run
//! use tunewright::{Client, LeasedTrial, StudySpec};
//!
//! #[derive(serde::Deserialize)]
//! struct Config {
//!     learning_rate: f64,
//!     layers: u32,
//! }
//!
//! # async fn train(_: &Config) -> Result<f64, std::io::Error> { Ok(0.0) }
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::connect("127.0.0.1:7070").await?;
//!
//!     // A study's definition is data; here it is written as JSON. YAML of the same shape works as well.
//!     let spec: StudySpec = serde_json::from_value(serde_json::json!({
//!         "space": {
//!             "learning_rate": {"type": "float", "low": 1e-5, "high": 1e-1, "log": true},
//!             "layers": {"type": "int", "low": 1, "high": 8},
//!         },
//!         "budget": {"max_trials": 100},
//!     }))?;
//!     let name = "lunch-break".parse()?;
//!     // Creating it again opens it: the program can be ended and started again at any time.
//!     client.create_study(&name, &spec).await?;
//!     let study = client.study(name);
//!
//!     // Four trials at a time, until the study ends.
//!     study
//!         .run(4, |trial: LeasedTrial| async move {
//!             let config: Config = trial.config_as()?;
//!             let loss = train(&config).await?;
//!             Ok::<_, Box<dyn std::error::Error + Send + Sync>>(loss)
//!         })
//!         .await?;
//!
//!     if let Some(best) = study.best().await? {
//!         println!("trial {}: loss {:?}\n{}", best.trial.number, best.trial.loss, best.config);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Ask and tell
//!
//! [`Study::run`] is a loop around three calls that a program can also make by itself:
//!
//! ```no_run
//! # async fn example(study: tunewright::Study) -> Result<(), tunewright::Error> {
//! use tunewright::Metrics;
//!
//! loop {
//!     let asked = study.ask(1).await?;
//!     if asked.ended.is_some() {
//!         break;
//!     }
//!     for trial in asked.trials {
//!         for epoch in 0..10_u32 {
//!             let loss = 1.0 / f64::from(epoch + 1);
//!             if trial.report(epoch.into(), loss, Metrics::new()).await?.stop {
//!                 trial.prune(loss, Metrics::new(), "").await?;
//!                 break;
//!             }
//!         }
//!         if !trial.is_ended() {
//!             trial.complete(0.1, Metrics::new(), "").await?;
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is taken care of
//!
//! - **Leases.** A trial is leased, not given away. While a [`LeasedTrial`] lives, a thread of its own renews its
//!   lease, whatever the objective does to its own threads. A lease that is lost all the same (cancelled by a person, or this
//!   machine slept) is told by [`LeasedTrial::lost`].
//! - **Outages.** Every call is idempotent, so a server that is away or busy is asked again, with growing waits, until
//!   the deadline of [`ConnectOptions`] has passed. A result is offered longer than anything else, and with a
//!   [`ConnectOptions::spool_dir`] it also outlives this program. Of several addresses the next one is used when a server is
//!   away.
//! - **Restarts.** With a [`ConnectOptions::client_id`] of its own, a program that was ended gets its running trials
//!   back by [`Study::reclaim`], together with the last checkpoint it reported.
//!
//! Errors carry a [`Code`] to branch on, and a [`hint`](Error::hint) for people.

mod ask;
mod attachments;
mod backoff;
mod call;
mod client;
mod error;
mod heartbeat;
mod options;
mod pulse;
mod result;
mod run;
mod spooled;
mod study;
mod summary;
mod text;
mod tokens;
mod transport;
mod trial;
mod watch;

pub use ask::Asked;
pub use client::Client;
pub use error::Error;
pub use options::ConnectOptions;
pub use study::{BestTrial, Study, TrialDetail, TrialFilter};
pub use summary::RunSummary;
pub use trial::{Completed, Failed, LeasedTrial, Metrics, ReportAnswer};
pub use watch::Watch;

pub use tunewright_link::{Line, Token};

pub use tunewright_core::access::{Permission, Reach, Scope, Standing};
pub use tunewright_core::name::{PoolName, ProjectName, StudyName, TokenId, WorkerId};
pub use tunewright_core::space::{ParamValue, Point, Space};
pub use tunewright_core::study::{
    AddTrial, Attachment, AttachmentKey, AttachmentName, Budget, EndCause, EndReason, NoProgress, Objective,
    PickledFunction, Report, ResumeHint, RetryPolicy, Status, StudyRef, StudySpec, Told, Transition,
    TrialNumber, TrialResult, TrialState, UpdateStudy,
};
pub use tunewright_core::suggest::{
    Algorithm, AlgorithmShare, AnnealSettings, Credit, GridSettings, HyperoptMode, HyperoptTpeSettings,
    MixSettings, TpeSettings,
};
pub use tunewright_core::{Code, Refusal, Timestamp};
pub use tunewright_proto::convert::{
    Assignment, BestLoss, ReportEvent, StudyInfo, StudyLease, TokenInfo, TrialEvent, TrialInfo, WatchEvent,
    WorkerInfo,
};
