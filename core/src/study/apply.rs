//! Folding changes into the state.
