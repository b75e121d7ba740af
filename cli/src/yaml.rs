//! How YAML is read: as people mean it today.

use serde_saphyr::Options;

/// YAML 1.2's booleans only, so that an option called `no` or a parameter called `y` stays a text; and numbers that are
/// not finite reach our own checks, whose messages name the field.
pub fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::PassThrough,
    }
}
