//! Search spaces: what may be tried, as data.
//!
//! A [`Node`] tree is what people write (YAML, JSON) and what goes over the wire; a [`Space`] is such a tree after
//! validation, flattened to labelled [`Parameter`]s in an order in which every choice stands before what it
//! switches on. A [`Point`] is one value for each active parameter; [`Space::instantiate`] turns it into the
//! structured configuration a training script reads.

#[cfg(any(test, feature = "testing"))]
pub mod arbitrary;
mod cardinality;
mod check;
mod choice;
mod compare;
mod contains;
mod demand;
mod distribution;
mod fields;
mod flatten;
mod instantiate;
mod limits;
mod measure;
mod node;
mod parameter;
mod path;
mod point;
#[cfg(test)]
mod properties;
mod read;
mod read_point;
#[allow(clippy::module_inception)]
mod space;
pub(crate) mod spelling;
mod validate;
mod value;
mod value_kind;
mod write;
mod written;

pub use distribution::{Distribution, Grid, Latent, Law};
pub use limits::{DEPTH_MAX, INT_MAX, LABEL_LEN_MAX, NODES_MAX, OPTIONS_MAX, PARAMETERS_MAX};
pub use node::{ChoiceNode, ChoiceOption, Node, ParameterNode};
pub use parameter::{Activation, Parameter};
pub use point::Point;
pub use space::Space;
pub use value::ParamValue;
pub use value_kind::ValueKind;
