//! Tests of the whole product live in `it/`; this library has only the README's code, so that it is compiled.

#[cfg(doctest)]
// Fences such as `yaml file=study.yaml` speak to `it/docs.rs`.
#[allow(rustdoc::invalid_codeblock_attributes)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
