//! Tests of the whole product live in `it/`; this library has only the README's code, so that it is compiled.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
