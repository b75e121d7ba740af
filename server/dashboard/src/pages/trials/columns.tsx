// The columns that the table of trials can show.

import type { ComponentChildren } from "preact";
import type { StudyDetail, TrialRow } from "../../api/types";
import { number } from "../../format/number";
import { duration } from "../../format/time";
import { Moment } from "../../parts/moment";
import { TrialStateMark } from "../../parts/pill";
import { reasonInWords } from "../../parts/reason";
import { shownColumns } from "../../state/settings";

export interface TrialColumn {
  /** As the server sorts by it, if it does. */
  key: string;
  word: string;
  width: number;
  isNumber: boolean;
  isSortable: boolean;
  cell: (row: TrialRow) => ComponentChildren;
  /** In full, where the cell is rounded. */
  title?: (row: TrialRow) => string | undefined;
}

const FEW_PARAMETERS = 12;

export function columnsOf(detail: StudyDetail): TrialColumn[] {
  const first: TrialColumn[] = [
    column("number", "#", 72, true, (row) => row.number),
    column("state", "State", 112, false, (row) => <TrialStateMark state={row.state} />),
    { ...column("loss", "Loss", 112, true, (row) => number(row.loss)), title: (row) => String(row.loss ?? "") },
  ];
  const parameters = detail.parameters.map(({ label, scale }) => ({
    ...column(`p.${label}`, label, widthOf(label), scale !== "category", (row) => value(row.params[label])),
    title: (row: TrialRow) => String(row.params[label] ?? "not set"),
  }));
  const metrics = detail.metrics.map((name) =>
    column(`m.${name}`, name, widthOf(name), true, (row) => number(row.metrics[name])),
  );
  const last: TrialColumn[] = [
    column("duration", "Duration", 96, true, (row) => duration(row.duration_ms)),
    { ...column("worker", "Worker", 144, false, (row) => row.worker ?? "–"), title: (row) => row.worker ?? "" },
    column("reason", "Reason", 160, false, (row) => (row.reason ? reasonInWords(row.reason) : "–"), false),
    column("attempt", "Attempt", 80, true, (row) => row.attempt, false),
    column("origin", "Origin", 96, false, (row) => row.origin, false),
    column("member", "Proposed by", 112, false, (row) => row.member ?? "–", false),
    column("created", "Created", 112, true, (row) => <Moment at={row.created_at} />),
    column("ended", "Ended", 112, true, (row) => <Moment at={row.ended_at} />),
  ];
  return [...first, ...parameters, ...metrics, ...last];
}

/** What this browser's person chose for the study; else what most look for first. */
export function shownOf(detail: StudyDetail, columns: readonly TrialColumn[]): TrialColumn[] {
  const chosen = shownColumns.value[detail.id];
  const isShown = chosen
    ? (key: string) => chosen.includes(key)
    : (key: string) => ["number", "state", "loss", "duration", "worker"].includes(key) || isEarly(detail, key);
  return columns.filter(({ key }) => isShown(key));
}

function isEarly(detail: StudyDetail, key: string): boolean {
  return detail.parameters.slice(0, FEW_PARAMETERS).some(({ label }) => `p.${label}` === key);
}

function column(
  key: string,
  word: string,
  width: number,
  isNumber: boolean,
  cell: TrialColumn["cell"],
  isSortable = true,
): TrialColumn {
  return { key, word, width, isNumber, isSortable, cell };
}

function widthOf(label: string): number {
  return Math.min(200, Math.max(104, label.length * 8 + 40));
}

function value(of: number | string | undefined): ComponentChildren {
  if (of === undefined) return <span class="unset">not set</span>;
  return typeof of === "number" ? number(of) : of;
}
