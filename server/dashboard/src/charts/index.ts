// All charts of the dashboard. They share one look, one way of being read by keys, and one selection.

import "./charts.css";

export { Contour } from "./contour";
export { Curves } from "./curves";
export { Edf } from "./edf";
export { History } from "./history";
export { HistoryBuckets } from "./history-buckets";
export { ImportanceBars } from "./importance-bars";
export { ParallelCoordinates } from "./parallel-coordinates";
export { Pareto } from "./pareto";
export { Rank } from "./rank";
export { Slice } from "./slice";
export { SpaceTree } from "./space-tree";
export { Sparkline } from "./sparkline";
export { Timeline } from "./timeline";
