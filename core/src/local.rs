//! The whole tuning loop in process, without a server.
