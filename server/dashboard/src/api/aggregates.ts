// What the server works out over a whole study, one answer a chart.

import type { Best } from "./types";

/** How an aggregate was made; every answer below carries it. */
export interface Meta {
  rev: number;
  n_used: number;
  n_total: number;
  method: string;
  computed_ms: number;
}

export interface HistoryAnswer extends Meta {
  x: "number" | "time";
  /** x0, x1, n, min, lower quartile, median, upper quartile, max of the losses. */
  buckets: [number, number, number, number, number, number, number, number][];
  /** x, loss, trial of each improvement. */
  best: [number, number, number][];
}

export interface ImportanceAnswer extends Meta {
  target: string;
  /** Importances are 0..1 and sum to 1. */
  parameters: { label: string; importance: number; n: number }[];
  remark: string;
}

export interface SliceAnswer extends Meta {
  parameter: string;
  /** At most 1,500; x of a choice is the option's position. */
  points: { trial: number[]; x: number[]; loss: number[] };
  bins: { x0: number; x1: number; n: number; min: number; q25: number; median: number; q75: number }[];
  not_set: { n: number; min: number; median: number } | null;
}

export interface ContourAnswer extends Meta {
  x: string;
  y: string;
  /** Rows of y, low first; null where nothing is known. */
  grid: (number | null)[][];
  points: { trial: number[]; x: number[]; y: number[]; loss: number[] };
}

export interface RankAnswer extends Meta {
  x: string;
  y: string;
  /** Rank 0 is the best, 1 the worst. */
  points: { trial: number[]; x: number[]; y: number[]; rank: number[] };
}

export interface EdfAnswer extends Meta {
  series: { project: string; study: string; rev: number; n: number; points: [number, number][] }[];
}

export interface ParetoAnswer extends Meta {
  objectives: { name: string; maximize: boolean }[];
  points: { trial: number[]; values: number[][]; front: boolean[] };
  /** Number of trials, volume. */
  hypervolume: [number, number][];
  reference: number[];
}

export interface CurvesAnswer extends Meta {
  top: { trial: number; loss: number; steps: number[]; values: number[] }[];
  band: { step: number; n: number; q10: number; q25: number; median: number; q75: number; q90: number }[];
  n_sampled: number;
}

export interface SpaceTreeNode {
  label: string;
  option: string | null;
  parent: number | null;
  n: number;
  share: number;
  best: Best | null;
  median: number | null;
  kind: "root" | "choice" | "option" | "parameter";
}

export interface SpaceTreeAnswer extends Meta {
  nodes: SpaceTreeNode[];
}

export interface TimelineAnswer extends Meta {
  from: number;
  to: number;
  /** Trial, attempt, code of the state, start, end. */
  lanes: { worker: string; spans: [number, number, number, number, number][] }[];
  truncated: boolean;
}

export interface FailuresAnswer extends Meta {
  reasons: { reason: string; n: number; examples: { trial: number; message: string }[] }[];
}
