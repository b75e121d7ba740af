// Losses in the order in which they came, the best so far, and the middle of what came.

import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { count, counted, number } from "../format/number";
import { isScored } from "../raster/ranks";
import type { ColumnSet } from "../state/columnset";
import { Figure, Key, LineKey, type Table } from "./figure";
import { HeldHistory } from "./history/held";
import { paintHistory } from "./history/painting";
import { ink } from "./ink";
import { painted } from "./milestones";
import { Plot, type Items } from "./plot";
import type { HistoryProps, HistoryView } from "./props";
import { lossText, trialTip } from "./trial-tip";

export function History(props: HistoryProps) {
  const { columns, selection, title = "History", height = 280, onNeedEnded } = props;
  const own = useSignal<HistoryView>({ x: "number", log: false, zoom: null });
  const view = props.view ?? own;
  const held = useMemo(() => new HeldHistory(columns, view), [columns, view]);
  const hasEnded = columns.version.value > 0 && columns.ended !== undefined;
  const waits = view.value.x === "ended" && !hasEnded;
  useEffect(() => {
    if (waits) onNeedEnded?.();
  }, [waits]);
  return (
    <Figure
      title={title}
      summary={summaryOf(columns, held)}
      empty={emptyText(columns, held)}
      table={() => tableOf(columns, held)}
      tools={<Tools view={view} canLog={held.canLog} canTime={hasEnded || onNeedEnded !== undefined} />}
      legend={<Legend columns={columns} filtered={selection.active.value} />}
    >
      {(summaryId) =>
        waits ? (
          <p class="chart-empty">Loading when {counted(columns.n, "trial")} ended…</p>
        ) : (
          <Plot
            key={columns.id}
            height={height}
            axes={() => held.axes()}
            draw={(context, area, colours) => {
              paintHistory(context, area, colours, { columns, mask: selection.mask.value, ...held.inView() });
              painted(columns.rev);
            }}
            now={() => [view.value, selection.brushes.value, selection.topPercent.value]}
            live={() => [columns.version.value, selection.mask.value]}
            items={itemsOf(columns, held)}
            selection={selection}
            onZoom={(zoom) => (view.value = { ...view.peek(), zoom })}
            label="History of trials"
            summaryId={summaryId}
          />
        )
      }
    </Figure>
  );
}

function Tools({ view, canLog, canTime }: { view: Signal<HistoryView>; canLog: boolean; canTime: boolean }) {
  const { x, log, zoom } = view.value;
  const set = (change: Partial<HistoryView>): void => {
    view.value = { ...view.peek(), ...change };
  };
  return (
    <>
      {zoom && (
        <button type="button" onClick={() => set({ zoom: null })}>
          Show all
        </button>
      )}
      {canTime && (
        <div class="group" role="group" aria-label="Trials by">
          <button type="button" aria-pressed={x === "number"} onClick={() => set({ x: "number", zoom: null })}>
            Number
          </button>
          <button type="button" aria-pressed={x === "ended"} onClick={() => set({ x: "ended", zoom: null })}>
            Time
          </button>
        </div>
      )}
      <button
        type="button"
        aria-pressed={log && canLog}
        disabled={!canLog}
        title={canLog ? "Log scale of losses" : "A log scale needs losses above zero"}
        onClick={() => set({ log: !log })}
      >
        Log
      </button>
    </>
  );
}

function Legend({ columns, filtered }: { columns: ColumnSet; filtered: boolean }) {
  const { series, text, muted, bad } = ink().value;
  const [failed, pruned, cancelled] = [3, 4, 5].map((state) => columns.state.reduce((n, other) => n + Number(other === state), 0));
  return (
    <>
      <Key mark={<circle cx="9" cy="6" r="3" fill={series[0]} />}>completed trial</Key>
      {filtered && <Key mark={<circle cx="9" cy="6" r="3" fill={muted} opacity="0.5" />}>filtered out</Key>}
      <LineKey colour={series[1] ?? text}>best so far</LineKey>
      <LineKey colour={text} dash="5 3" width={1.5}>median</LineKey>
      {failed! > 0 && <Key mark={<path d="M6 3l6 6M12 3l-6 6" stroke={bad} stroke-width="1.5" />}>failed: {count(failed!)}</Key>}
      {pruned! > 0 && (
        <Key mark={<path d="M9 2.5l3.5 6.5h-7z" fill="none" stroke={muted} stroke-width="1.5" />}>pruned: {count(pruned!)}</Key>
      )}
      {cancelled! > 0 && <Key mark={<path d="M6 6h6" stroke={muted} stroke-width="1.5" />}>cancelled: {count(cancelled!)}</Key>}
    </>
  );
}

function itemsOf(columns: ColumnSet, held: HeldHistory): Items {
  return {
    n: columns.n,
    x: (trial) => (isScored(columns, trial) ? held.series.x(trial) : NaN),
    y: (trial) => columns.loss[trial] ?? NaN,
    trial: (index) => index,
    indexOf: (trial) => (trial < columns.n ? trial : null),
    tip: (trial) => trialTip(columns, trial),
  };
}

function emptyText(columns: ColumnSet, held: HeldHistory): string | null {
  if (columns.n === 0) return "No trial yet. Losses appear here as trials complete.";
  if (held.series.trials.length > 0 || held.view.value.x === "ended") return null;
  return `${counted(columns.n, "trial")}, none of which has completed with a loss yet.`;
}

function summaryOf(columns: ColumnSet, held: HeldHistory): string {
  const { trials, best } = held.series;
  const last = best[best.length - 1];
  if (last === undefined) return "No trial has a loss yet.";
  return (
    `${counted(trials.length, "trial")} with a loss. The best loss is ${lossText(columns.loss[last] as number)}, ` +
    `reached by trial ${count(last)} after ${counted(best.length, "improvement")}.`
  );
}

/** Each improvement, the last first. */
function tableOf(columns: ColumnSet, held: HeldHistory): Table {
  const best = [...held.series.best].reverse();
  return {
    columns: ["best so far since trial", "loss", "better by"],
    rows: best.map((trial, k) => {
      const before = best[k + 1];
      const loss = columns.loss[trial] as number;
      const gain = before === undefined ? "" : number(Number(((columns.loss[before] as number) - loss).toPrecision(3)));
      return [count(trial), lossText(loss), gain];
    }),
    total: best.length,
  };
}
