//! How large a space may be. Generous for people, small enough that no request can hurt the server.

/// The most parameters of a space.
pub const PARAMETERS_MAX: usize = 1_000;

/// The most levels of nodes: a space that is a single parameter has 1. The nesting of constants counts.
pub const DEPTH_MAX: usize = 16;

/// The most options of all the choices of a space together.
pub const OPTIONS_MAX: usize = 10_000;

/// The most nodes of a space together, constants included.
pub const NODES_MAX: usize = 100_000;

/// The longest label, key or option name, in bytes.
pub const LABEL_LEN_MAX: usize = 256;

/// The largest magnitude of an integer parameter's bounds, 2^53: so far an `f64` holds every integer exactly.
pub const INT_MAX: i64 = 1 << 53;

/// Levels of the written document: a level of nodes takes at most three of them (choice, options, option).
pub(super) const WRITTEN_DEPTH_MAX: usize = 3 * DEPTH_MAX + 2;
