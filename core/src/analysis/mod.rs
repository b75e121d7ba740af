//! What people look at: a study's trials as columns, and what can be read off them.
//!
//! Everything here is a pure function of a [`Table`], which follows a study by taking in the trials that changed. One file
//! holds one aggregate. Losses are minimised, quantiles are on straight lines between order statistics, and where a
//! part of the trials stands for all of them, it is drawn with a fixed seed, and `n_used` says how many it is.

mod axis;
mod column;
mod contour;
mod curves;
mod edf;
mod failures;
mod filter;
mod filter_words;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod following;
mod front;
mod history;
mod hypervolume;
mod importance;
mod interval;
mod names;
mod order;
mod pareto;
mod quantile;
mod rank;
mod row;
mod sample;
#[cfg(test)]
mod shapes;
mod slice;
mod space_tree;
mod spark;
mod table;
mod timeline;
#[cfg(test)]
mod trials_tests;

pub use axis::{Axis, NOT_SET, Scale};
pub use column::Column;
pub use contour::{Contour, GRID, PAIR_POINTS_MAX, PairPoints, RADIUS, contour};
pub use curves::{BAND_STEPS_MAX, Band, Curve, Curves, TopCurve, curves};
pub use edf::{EDF_POINTS_MAX, Edf, edf};
pub use failures::{FailureExample, FailureReason, Failures, failures};
pub use filter::{Filter, origin_name};
pub use history::{Bucket, History, HistoryAxis, history};
pub use importance::{IMPORTANCE_TRIALS_MIN, Importance, ParameterImportance, importance};
pub use order::{Order, trials};
pub use pareto::{Goal, PARETO_POINTS_MAX, Pareto, ParetoPoints, pareto};
pub use rank::{Rank, RankPoints, rank};
pub use row::Row;
pub use slice::{NotSet, SLICE_POINTS_MAX, Slice, SliceBin, SlicePoints, slice};
pub use space_tree::{SpaceTree, TREE_NODES_MAX, TreeBest, TreeKind, TreeNode, space_tree};
pub use spark::{SPARK_VALUES_MAX, spark};
pub use table::{METRICS_MAX, Table};
pub use timeline::{Lane, Span, Timeline, timeline};
