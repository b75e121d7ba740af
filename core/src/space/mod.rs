//! Search spaces: what may be tried, as data.
//!
//! A [`Node`] tree is what people write (YAML, JSON) and what goes over the wire; a [`Space`] is such a tree after
//! validation, flattened to labelled [`Parameter`]s in an order in which every choice stands before what it
//! switches on. A [`Point`] is one value for each active parameter; [`Space::instantiate`] turns it into the
//! structured configuration a training script reads.

mod distribution;
mod node;
mod parameter;
mod point;
#[allow(clippy::module_inception)]
mod space;
mod value;

pub use distribution::{Distribution, Grid, Latent, Law};
pub use node::{ChoiceNode, ChoiceOption, Node, ParameterNode};
pub use parameter::{Activation, Parameter};
pub use point::Point;
pub use space::Space;
pub use value::ParamValue;
