//! Which of several servers on one store serves: it takes over, opens a term, and steps down; the others stand by.

mod gate;
mod owner;
mod place;
mod standby;
mod term;

pub(crate) use gate::Gate;
pub(crate) use owner::Owner;
pub(crate) use place::of as place_of;
pub(crate) use term::Admission;
#[cfg(feature = "testing")]
pub(crate) use term::Term;
