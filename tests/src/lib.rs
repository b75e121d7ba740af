//! Tests of the whole product live in `it/`; this library is empty.
