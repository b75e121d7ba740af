//! A page of trials.
