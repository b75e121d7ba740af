// All charts of the dashboard. They share one look, one way of being read by keys, and one selection.

import "./charts.css";

export { ParallelCoordinates } from "./parallel-coordinates";
export { Sparkline } from "./sparkline";
