//! Generated bad input, from a seed that is printed: nothing crashes, and what is refused changes nothing.

mod again;
mod described;
mod ground;
mod heads;
mod pages;
mod port;
mod random;
mod requests;
mod rpc;
mod state;
mod words;
