// What each worker did when: a bar an attempt, from its lease to its end.

import { useSignal, type Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { TimelineAnswer } from "../api/aggregates";
import { TRIAL_STATES } from "../api/types";
import { count, counted, percent } from "../format/number";
import { clockTime, duration } from "../format/time";
import { Awaited } from "./awaited";
import { Figure, type Table } from "./figure";
import type { TimelineProps } from "./props";
import "./timeline.css";
import { TimelineDrawing } from "./timeline/drawing";
import { busyOf, lanesOf, type Lane, type Lanes } from "./timeline/lanes";
import { TimelineLegend } from "./timeline/legend";
import { fullHeight } from "./timeline/view";

const HIGHEST = 360;
/** The least time that is shown, in milliseconds: axes are marked by seconds. */
const LEAST_SPAN = 2000;

export function Timeline({ answer, selection, now, title = "Workers over time", height = HIGHEST }: TimelineProps) {
  const zoom = useSignal<readonly [number, number] | null>(null);
  const lanes = useMemo(() => answer && lanesOf(answer), [answer]);
  if (answer === null || lanes === null) return <Awaited title={title} height={height} />;
  const moment = (): number => Math.max(answer.to, now?.value ?? 0);
  const ends = (): [number, number] => {
    const [first, last] = lanes.ends;
    return [first, Math.max(first + LEAST_SPAN, lanes.running > 0 ? moment() : last)];
  };
  const setZoom = (wanted: readonly [number, number] | null): void => {
    zoom.value = wanted && within(wanted, ends());
  };
  return (
    <Figure
      title={title}
      note={noteOf(answer)}
      summary={summaryOf(answer, lanes)}
      empty={lanes.tracks === 0 ? "No worker has taken a trial yet." : null}
      table={() => tableOf(lanes, ends(), moment())}
      tools={<Tools zoom={zoom} />}
      legend={<TimelineLegend counts={countsOf(lanes)} workers={lanes.lanes.length} scrolls={fullHeight(lanes, height) > height} />}
    >
      {(summaryId) => (
        <TimelineDrawing
          lanes={lanes}
          most={height}
          moment={moment}
          ends={() => zoom.value ?? ends()}
          onZoom={setZoom}
          selection={selection}
          summaryId={summaryId}
        />
      )}
    </Figure>
  );
}

function Tools({ zoom }: { zoom: Signal<readonly [number, number] | null> }) {
  if (!zoom.value) return null;
  return (
    <button type="button" onClick={() => (zoom.value = null)}>
      Show all
    </button>
  );
}

/** The part of what is wanted that is there; null for all of it. */
function within([low, high]: readonly [number, number], [first, last]: readonly [number, number]): readonly [number, number] | null {
  if (low <= first && high >= last) return null;
  const ends = [Math.max(low, first), Math.min(high, last)] as const;
  const more = (LEAST_SPAN - (ends[1] - ends[0])) / 2;
  return more > 0 ? [ends[0] - more, ends[1] + more] : ends;
}

function noteOf({ truncated, n_used: used, n_total: total }: TimelineAnswer): string {
  const bars = "a bar is a trial, from its lease to its end";
  return truncated ? `${bars}; the newest ${count(used)} of ${counted(total, "trial")}` : bars;
}

/** How many attempts there are of each state, by its code. */
function countsOf({ lanes }: Lanes): number[] {
  const counts = TRIAL_STATES.map(() => 0);
  for (const { bars } of lanes) for (const { state } of bars) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function summaryOf(answer: TimelineAnswer, lanes: Lanes): string {
  const states = countsOf(lanes).flatMap((n, code) => (n > 0 ? [`${count(n)} ${TRIAL_STATES[code]}`] : []));
  const [start, end] = lanes.ends;
  const when = lanes.running > 0 ? `since ${clockTime(start)}` : `from ${clockTime(start)} to ${clockTime(end)}`;
  const what = `${counted(lanes.lanes.length, "worker")} ${when}: ${states.join(", ")}.`;
  return `${what} ${answer.method} Shown are ${count(answer.n_used)} of ${counted(answer.n_total, "trial")}.`;
}

function tableOf({ lanes }: Lanes, [start, end]: readonly [number, number], now: number): Table {
  const row = ({ worker, bars }: Lane): (string | number)[] => {
    const { busy, work } = busyOf(bars, now);
    const of = (state: string): string => count(bars.filter((bar) => TRIAL_STATES[bar.state] === state).length);
    return [
      worker, count(bars.length), of("completed"), of("pruned"), of("failed"), of("running"),
      duration(work / Math.max(1, bars.length)), percent(end > start ? busy / (end - start) : 1),
    ];
  };
  return {
    columns: ["worker", "trials", "completed", "pruned", "failed", "running", "mean time", "busy"],
    rows: lanes.map(row),
    total: lanes.length,
  };
}
