//! Conversions between the wire and the core, a file per noun.
