// What each chart is given. A chart brings its own heading, tools, legend, summary and table; it is to be put in a card.

import type { ReadonlySignal, Signal } from "@preact/signals";
import type {
  ContourAnswer,
  CurvesAnswer,
  EdfAnswer,
  HistoryAnswer,
  ImportanceAnswer,
  ParetoAnswer,
  RankAnswer,
  SliceAnswer,
  SpaceTreeAnswer,
  TimelineAnswer,
} from "../api/aggregates";
import type { Parameter } from "../api/types";
import type { ColumnSet } from "../state/columnset";
import type { Selection } from "../state/selection";

/** What every chart understands. */
export interface ChartProps {
  /** Instead of the chart's own heading. */
  title?: string;
  /** Height of the drawing in CSS pixels. */
  height?: number;
}

/** A chart of one answer of the server; null while it is awaited. */
export interface AnswerProps<Answer> extends ChartProps {
  answer: Answer | null;
  /** Clicks, hovers and picks go here; without it the chart only shows. */
  selection?: Selection;
}

/** Where a history was zoomed to, and how it is drawn; a page keeps it in the URL. */
export interface HistoryView {
  x: "number" | "ended";
  /** Losses on a log scale; it is refused where one is not above zero. */
  log: boolean;
  /** Ends of x (a trial's number, or milliseconds); null is all of it. */
  zoom: readonly [number, number] | null;
}

export interface HistoryProps extends ChartProps {
  columns: ColumnSet;
  selection: Selection;
  /** Kept by the chart itself if it is not given. */
  view?: Signal<HistoryView>;
  /** Called when somebody chooses time and `columns.ended` is not loaded; the chart says that it waits for it. */
  onNeedEnded?: () => void;
}

/** A history of the server's buckets only, for where a study's columns are not loaded. */
export interface HistoryBucketsProps extends AnswerProps<HistoryAnswer> {}

/** How the axes of parallel coordinates stand; a page keeps it in the URL. */
export interface ParallelView {
  /** Names of axes, `p.LABEL` and `loss`, from left to right; those it does not name come behind, `loss` last. */
  order: readonly string[];
  /** Axes whose low end is at the top. */
  flipped: readonly string[];
  /** Axes whose scale is not the parameter's own. */
  scales: Readonly<Record<string, "linear" | "log">>;
}

export interface ParallelProps extends ChartProps {
  columns: ColumnSet;
  selection: Selection;
  /** Kept by the chart itself if it is not given. */
  view?: Signal<ParallelView>;
  /** How many of the best trials are drawn as lines; 0..200, 10 if it is not given. */
  best?: number;
  /** Only these trials are shown, each as a line: for comparing. */
  only?: ReadonlySet<number>;
}

export interface ImportanceProps extends AnswerProps<ImportanceAnswer> {
  /** A click on a parameter's name, for instance to show its slice. */
  onParameter?: (label: string) => void;
}

export interface SliceProps extends AnswerProps<SliceAnswer> {
  parameter: Parameter;
}

export interface PairProps<Answer> extends AnswerProps<Answer> {
  x: Parameter;
  y: Parameter;
}

export type ContourProps = PairProps<ContourAnswer>;
export type RankProps = PairProps<RankAnswer>;

export interface EdfProps extends AnswerProps<EdfAnswer> {
  /** `p/s` of the study whose page this is: it is drawn first and thickest. */
  own?: string;
}

export type ParetoProps = AnswerProps<ParetoAnswer>;

export interface CurvesProps extends AnswerProps<CurvesAnswer> {
  /** One more curve that stands out, for instance that of the trial whose page this is. */
  trial?: { trial: number; steps: readonly number[]; values: readonly number[] } | null;
  /** What steps are, `step` if it is not given. */
  unit?: string;
}

export interface TimelineProps extends AnswerProps<TimelineAnswer> {
  /** The server's time now, to which running spans reach. */
  now?: ReadonlySignal<number>;
}

export interface SpaceTreeProps extends AnswerProps<SpaceTreeAnswer> {
  /** A click on an option filters by it; needed for that, as brushes name options by position. */
  parameters?: readonly Parameter[];
}

export interface SparklineProps {
  /** Best losses so far, lower is better. */
  values: readonly number[];
  width?: number;
  height?: number;
  /** What it shows, for those who do not see it; without it the line is decoration. */
  label?: string;
}
