//! The algorithms that propose points.
//!
//! A suggester is pushed what was observed and asked for one point at a time. It is deterministic: the same seed,
//! trial number, set of observations and set of pending points give the same point, whatever the order in which
//! the observations arrived, after every restart, in debug and release builds.

mod algorithm;
mod anneal;
mod auto;
mod cmaes;
mod draft;
mod frame;
#[cfg(test)]
mod golden;
mod gp;
mod grid;
mod history;
mod hyperopt;
mod mix;
mod prior;
#[cfg(test)]
mod properties;
mod qmc;
mod random;
mod settings;
mod standing;
mod suggester;
mod tpe;
mod unseen;
mod wishes;

pub use algorithm::{
    Algorithm, AlgorithmShare, AnnealSettings, GridSettings, HyperoptMode, HyperoptTpeSettings, MixSettings,
    TpeSettings,
};
pub use settings::ALGORITHMS;
pub use suggester::{Ask, Credit, Observation, Proposal, Suggester, Verdict, build};
