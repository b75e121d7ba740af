// What the server says under /api/v1, as it says it: snake_case, times in milliseconds since 1970 by its clock,
// losses that are always minimised, and null for what is not there.

export type StudyState = "active" | "paused" | "completed" | "stopped" | "failed";

export type TrialState = "queued" | "running" | "completed" | "failed" | "pruned" | "cancelled";

/** The states of a trial in the order of their codes in the `state` column. */
export const TRIAL_STATES: readonly TrialState[] = ["queued", "running", "completed", "failed", "pruned", "cancelled"];

/** The code of `completed` in the `state` column: the only trials whose loss counts. */
export const COMPLETED = 2;

export type EndReason =
  | "objective_error"
  | "no_loss"
  | "timeout"
  | "out_of_memory"
  | "lease_expired"
  | "preempted"
  | "user_cancelled"
  | "infeasible"
  | "start_failed"
  | "study_ended";

export type Counts = Record<TrialState, number>;

export interface Best {
  trial: number;
  loss: number;
}

/** What changes while a study runs; the summary, the detail and the frames of the stream all carry it. */
export interface StudyPulse {
  id: string;
  project: string;
  name: string;
  rev: number;
  state: StudyState;
  /** The cause for which the study ends once its running trials are done. */
  closing: string | null;
  stalled: boolean;
  counts: Counts;
  best: Best | null;
  rate_per_minute: number;
  eta_ms: number | null;
  workers: number;
  last_event_at: number;
}

export interface StudySummary extends StudyPulse {
  max_trials: number | null;
  /** The best loss so far by trial number, at most 32 values. */
  spark: number[];
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  tags: Record<string, string>;
}

export interface StudyList {
  studies: StudySummary[];
  total: number;
  next: string | null;
  now: number;
}

export interface Parameter {
  label: string;
  kind: string;
  scale: "linear" | "log" | "category";
  integer: boolean;
  /** Real values; null where the distribution has no end. */
  low: number | null;
  high: number | null;
  /** The axis to draw, and what `q.` columns are scaled to; real values also for a log scale. */
  axis_low: number;
  axis_high: number;
  step: number | null;
  options: string[];
  /** Indices into the parameters and their options; empty: always active; any of them is enough. */
  active_when: { parameter: number; option: number }[];
}

export interface Budget {
  max_trials: number | null;
  timeout_ms: number | null;
  loss_threshold: number | null;
  max_failed: number | null;
}

export interface StudyDetail extends StudySummary {
  note: string;
  algorithm: string;
  algorithm_settings: unknown;
  seed: string;
  pool: string;
  parallelism: number | null;
  lease_ttl_ms: number;
  trial_timeout_ms: number | null;
  budget: Budget;
  deadline_at: number | null;
  objective: string | null;
  durability: string;
  parameters: Parameter[];
  space: unknown;
  metrics: string[];
  now: number;
}

/** A frame of the stream. */
export interface StudyEvent extends StudyPulse {
  /** Running trials with new points of their curves. */
  reported: number[];
  now: number;
}

export interface ServerInfo {
  version: string;
  durability: string;
  auth: boolean;
  now: number;
  may_control: boolean;
  may_administer: boolean;
}

export type ParamValue = number | string;
export type Params = Record<string, ParamValue>;

export interface TrialRow {
  number: number;
  state: TrialState;
  loss: number | null;
  params: Params;
  metrics: Record<string, number>;
  attempt: number;
  worker: string | null;
  reason: EndReason | null;
  origin: string;
  /** Which algorithm of several proposed the point. */
  member: string | null;
  created_at: number;
  leased_at: number | null;
  ended_at: number | null;
  duration_ms: number | null;
}

export interface TrialPage {
  total: number;
  matched: number;
  rev: number;
  rows: TrialRow[];
}

export interface Attempt {
  number: number;
  worker: string;
  leased_at: number;
  ended_at: number;
  reason: EndReason | null;
  message: string;
}

export interface Report {
  attempt: number;
  step: number;
  loss: number | null;
  metrics: Record<string, number>;
  at: number;
}

export interface TrialDetail extends TrialRow {
  rev: number;
  config: unknown;
  fixed: Params;
  retry_of: number | null;
  member_why: string | null;
  feasible: boolean;
  message: string;
  late: boolean;
  failures: number;
  losses: number;
  not_before: number | null;
  attempts: Attempt[];
  lease: { attempt: number; worker: string; leased_at: number } | null;
  orphans: { attempt: number; loss: number | null; at: number }[];
  checkpoint: { step: number; uri: string } | null;
  result: unknown;
  reports: Report[];
  output: string;
  attachments: { name: string; bytes: number }[];
}

export interface Worker {
  id: string;
  host: string;
  version: string;
  pools: string[];
  slots: number;
  busy: number;
  draining: boolean;
  attached_at: number;
  last_heard: number;
  leases: { project: string; study: string; trial: number; attempt: number }[];
  /** "its own command", or the runtime whose objectives it runs. */
  runs: string;
}

export interface WorkerList {
  workers: Worker[];
  queued: number;
  now: number;
}
