//! How much may be under way: what is beyond is refused at once, with a time to try again, so that what is taken is done.

mod admission;
mod bounds;
mod class;

pub(crate) use admission::{Admission, admit};
pub use bounds::LoadBounds;
