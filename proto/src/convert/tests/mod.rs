//! The conversions together: what goes there and back is the same, and what is wrong is named.

mod arbitrary;
mod refused;
mod round_trips;
