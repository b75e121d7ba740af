//! A parameter, as the page draws it.

use serde::Serialize;
use tunewright_core::analysis::{Axis, Scale};
use tunewright_core::space::{Activation, Parameter};
use utoipa::ToSchema;

/// A parameter of a study's space.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Parameter)]
pub(super) struct ParameterInfo {
    label: String,
    /// `uniform`, `loguniform`, `quniform`, `qloguniform`, `normal`, `qnormal`, `lognormal`, `qlognormal`, `uniformint`,
    /// `randint`, `int`, `float`, `choice` or `pchoice`.
    kind: &'static str,
    /// `linear`, `log` or `category`.
    scale: &'static str,
    integer: bool,
    /// The lowest value, if there is one.
    low: Option<f64>,
    /// The highest value, if there is one.
    high: Option<f64>,
    /// Where to begin the axis: of an unbounded parameter, where next to nothing is below.
    axis_low: f64,
    axis_high: f64,
    step: Option<f64>,
    /// The names of a choice's options, in their order.
    options: Vec<String>,
    /// The options of earlier parameters of which one has to be chosen; always set, if there are none.
    active_when: Vec<Switch>,
}

/// An option of an earlier parameter, both by their positions.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Switch {
    parameter: usize,
    option: usize,
}

impl ParameterInfo {
    pub(super) fn of(parameter: &Parameter) -> Self {
        let axis = Axis::of(parameter);
        let switches = match &parameter.activation {
            Activation::Always => &[][..],
            Activation::AnyOf(switches) => switches,
        };
        Self {
            label: parameter.label.clone(),
            kind: parameter.distribution.kind(),
            scale: scale(axis.scale),
            integer: axis.integer,
            low: axis.low,
            high: axis.high,
            axis_low: axis.axis_low,
            axis_high: axis.axis_high,
            step: axis.step,
            options: parameter.options.clone(),
            active_when: switches
                .iter()
                .map(|(parameter, option)| Switch { parameter: *parameter, option: *option })
                .collect(),
        }
    }
}

const fn scale(scale: Scale) -> &'static str {
    match scale {
        Scale::Linear => "linear",
        Scale::Log => "log",
        Scale::Category => "category",
    }
}
