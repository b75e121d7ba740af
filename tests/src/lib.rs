//! What the tests of the whole product, which live in `it/`, stand on: the fault suite. And the README's code, so that
//! it is compiled.

pub mod chaos;

#[cfg(doctest)]
// Fences such as `yaml file=study.yaml` speak to `it/docs.rs`.
#[allow(rustdoc::invalid_codeblock_attributes)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
