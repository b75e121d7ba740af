// That the types of this folder say what the server's own document says. Nothing of it is in the page: it is checked when the
// types are. `schema.ts` is made of `openapi.json` (`npm run schema`), and that is what the server serves, which its tests see to.

import type * as aggregates from "./aggregates.ts";
import type { components } from "./schema.ts";
import type * as types from "./types.ts";

type Said = components["schemas"];

/** Ours has every field of theirs, and promises no value that theirs does not have. */
type Agrees<Ours extends Theirs, Theirs> = keyof Theirs extends keyof Ours ? true : never;

export type Agreement = [
  Agrees<types.StudySummary, Said["StudySummary"]>,
  Agrees<types.StudyList, Said["StudyList"]>,
  Agrees<types.StudyDetail, Said["StudyDetail"]>,
  Agrees<types.Parameter, Said["Parameter"]>,
  Agrees<types.Budget, Said["Budget"]>,
  Agrees<types.Counts, Said["Counts"]>,
  Agrees<types.ServerInfo, Said["ServerInfo"]>,
  Agrees<types.TrialRow, Said["TrialRow"]>,
  Agrees<types.TrialPage, Said["TrialPage"]>,
  Agrees<types.TrialDetail, Said["TrialDetail"]>,
  Agrees<types.Attempt, Said["Attempt"]>,
  Agrees<types.Report, Said["Report"]>,
  Agrees<types.Worker, Said["Worker"]>,
  Agrees<types.WorkerList, Said["WorkerList"]>,
  Agrees<aggregates.HistoryAnswer, Said["Measured_History"]>,
  Agrees<aggregates.ImportanceAnswer, Said["Measured_Importance"]>,
  Agrees<aggregates.SliceAnswer, Said["Measured_Slice"]>,
  Agrees<aggregates.ContourAnswer, Said["Measured_Contour"]>,
  Agrees<aggregates.RankAnswer, Said["Measured_Rank"]>,
  Agrees<aggregates.EdfAnswer, Said["EdfList"]>,
  Agrees<aggregates.ParetoAnswer, Said["Measured_Pareto"]>,
  Agrees<aggregates.CurvesAnswer, Said["Measured_Curves"]>,
  Agrees<aggregates.SpaceTreeAnswer, Said["Measured_SpaceTree"]>,
  Agrees<aggregates.TimelineAnswer, Said["Measured_Timeline"]>,
  Agrees<aggregates.FailuresAnswer, Said["Measured_Failures"]>,
];
