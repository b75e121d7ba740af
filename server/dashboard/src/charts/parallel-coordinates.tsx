// All trials over all parameters and the loss, as one picture: brushed by axis, followed while the study runs.

import { useSignal, type Signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { count, counted } from "../format/number";
import { TRIAL_STATES } from "../api/types";
import type { ColumnSet } from "../state/columnset";
import type { Mask } from "../state/mask";
import type { Selection } from "../state/selection";
import { Figure, MOST_TABLE_ROWS, type Table } from "./figure";
import { ink } from "./ink";
import { brushFrame, painted } from "./milestones";
import { AxisHead } from "./parallel/axis-head";
import { AxisGesture } from "./parallel/gesture";
import { Handles } from "./parallel/handles";
import type { Layout } from "./parallel/layout";
import { ChosenLegend, Legend } from "./parallel/legend";
import { bestOf } from "./parallel/model";
import { trialNear } from "./parallel/nearest";
import { Scene, type SceneInput } from "./parallel/scene";
import type { ParallelProps, ParallelView } from "./props";
import { useSurface, type Size } from "./surface";
import { spoken, Tip } from "./tip";
import { lossText, trialTip, valueText } from "./trial-tip";

const OWN_VIEW: ParallelView = { order: [], flipped: [], scales: {} };
const TOP = [100, 25, 10, 5] as const;
const MOST_STEPS = 1000;

interface Shown {
  matched: number;
  unscored: number;
  total: number;
  best: number;
  first: number | null;
}

export function ParallelCoordinates(props: ParallelProps) {
  const { columns, selection, title = "Parameters and loss", height = 360, only } = props;
  const own = useSignal(OWN_VIEW);
  const view = props.view ?? own;
  const shown = useSignal<Shown>({ matched: 0, unscored: 0, total: 0, best: 0, first: null });
  const total = columns.version.value >= 0 ? columns.n : 0;
  const active = selection.active.value && !only;
  return (
    <Figure
      title={title}
      note="loss: lower is better"
      summary={summaryOf(columns, selection, shown.value)}
      empty={total === 0 ? "No trial yet. Lines appear with the first one." : null}
      table={() => tableOf(columns, selection.mask.value, only)}
      tools={!only && <TopChoice selection={selection} />}
      legend={
        only ? <ChosenLegend trials={[...only]} /> : <Legend {...shown.value} active={active} asLines={shown.value.matched <= 200} />
      }
    >
      {(summaryId) => (
        <Drawing
          key={columns.id}
          {...{ columns, selection, view, height, shown, summaryId }}
          best={Math.min(200, Math.max(0, props.best ?? 10))}
          only={only}
        />
      )}
    </Figure>
  );
}

/** A new trial hardly changes what thousands of lines look like, and is in the history at once. */
const BETWEEN_LIVE_MS = 1000;

interface DrawingProps {
  columns: ColumnSet;
  selection: Selection;
  view: Signal<ParallelView>;
  height: number;
  best: number;
  only: ReadonlySet<number> | undefined;
  shown: Signal<Shown>;
  summaryId: string;
}

function Drawing({ columns, selection, view, height, best, only, shown, summaryId }: DrawingProps) {
  const scene = useMemo(() => new Scene(columns), [columns]);
  const gesture = useMemo(() => new AxisGesture(selection), [selection]);
  const layout = useSignal<Layout | null>(null);
  const tip = useSignal<{ trial: number; x: number; y: number } | null>(null);
  const said = useSignal("");
  const missing = useSignal(scene.model.missing);
  const onlyMask = useMemo(() => (only ? maskOfOnly(columns.n, only) : null), [only, columns.n]);
  const input = (): SceneInput => ({
    columns,
    selection,
    view: view.value,
    mask: onlyMask ?? selection.mask.value,
    best: only ? 0 : best,
    only: only ? [...only].filter((trial) => trial < columns.n) : null,
  });
  const refresh = (size: Size): SceneInput => {
    const now = input();
    if (scene.refresh(now, size)) layout.value = scene.layout;
    missing.value = scene.model.missing;
    const { matched, unscored } = scene.model.visible;
    const { best: lines } = scene.model;
    const next = { matched, unscored, total: columns.n, best: lines.length, first: lines[0] ?? null };
    if (JSON.stringify(next) !== JSON.stringify(shown.peek())) shown.value = next;
    return now;
  };
  const brushed = useRef<{ mask: Mask; rev: number } | null>(null);
  const paint = (context: CanvasRenderingContext2D, size: Size): void => {
    const work = (): void => scene.paintTrials(context, refresh(size), ink().value);
    const mask = selection.mask.peek();
    const before = brushed.current;
    if (before !== null && before.rev === columns.rev && before.mask !== mask) brushFrame(work);
    else work();
    brushed.current = { mask, rev: columns.rev };
    painted(columns.rev);
  };
  const trials = useSurface(paint, {
    now: () => [view.value, selection.brushes.value, selection.topPercent.value],
    live: () => [columns.version.value, selection.mask.value],
    pause: BETWEEN_LIVE_MS,
  });
  const over = useSurface((context, size) => scene.paintOver(context, refresh(size), ink().value), {
    now: () => [
      view.value,
      selection.brushes.value,
      selection.topPercent.value,
      selection.hovered.value,
      selection.focused.value,
      selection.picked.value,
    ],
    live: () => [columns.version.value, selection.mask.value],
    pause: BETWEEN_LIVE_MS,
  });
  const step = useStep(columns, selection, only);
  const onKeyDown = (event: KeyboardEvent): void => {
    const trial = step(event);
    if (trial === null) return;
    event.preventDefault();
    said.value = spoken(trialTip(columns, trial));
    const [x = 0, y = 0] = scene.lines?.points(trial)[0] ?? [];
    tip.value = { trial, x, y };
  };
  const pointer = usePointer({ scene, gesture, layout, columns, selection, tip });
  const held = layout.value;
  const least = 56 + 92 * columns.parameters.length + 66;
  return (
    <div class="chart-scroll">
      <div class="parallel" style={{ height: `${height}px`, minWidth: `${least}px` }} {...pointer}>
        <canvas ref={trials} aria-hidden="true" />
        <canvas ref={over} aria-hidden="true" />
        <div
          class="parallel-focus"
          tabIndex={0}
          role="group"
          aria-label="Trials: arrow keys step from the best to the next, Enter opens one"
          aria-describedby={summaryId}
          style={{ top: `${held?.top ?? 0}px` }}
          onKeyDown={onKeyDown}
          onBlur={() => (tip.value = null)}
        />
        {held?.placed.map((placed, position) => (
          <AxisHead
            key={placed.axis.name}
            {...{ layout: held, placed, position, selection }}
            missing={missing.value[placed.index] ?? 0}
            view={view.value}
            onView={(next) => (view.value = next)}
            onMove={(to) => (view.value = { ...view.value, order: moved(held, position, to) })}
          />
        ))}
        {held && !only && <Handles layout={held} selection={selection} />}
        {tip.value && held && (
          <Tip
            content={{ ...trialTip(columns, tip.value.trial), hint: "click opens, shift-click picks" }}
            x={tip.value.x}
            y={tip.value.y}
            width={held.width}
            height={height}
          />
        )}
      </div>
      <p class="visually-hidden" aria-live="polite">
        {said.value}
      </p>
    </div>
  );
}

function TopChoice({ selection }: { selection: Selection }) {
  return (
    <div class="group" role="group" aria-label="Show the best trials only">
      {TOP.map((percent) => (
        <button
          type="button"
          aria-pressed={selection.topPercent.value === percent}
          onClick={() => (selection.topPercent.value = percent)}
        >
          {percent === 100 ? "All" : `Best ${percent} %`}
        </button>
      ))}
    </div>
  );
}

function moved(layout: Layout, from: number, to: number): string[] {
  const names = layout.placed.map(({ axis }) => axis.name);
  names.splice(to, 0, ...names.splice(from, 1));
  return names;
}

interface PointerInput {
  scene: Scene;
  gesture: AxisGesture;
  layout: Signal<Layout | null>;
  columns: ColumnSet;
  selection: Selection;
  tip: Signal<{ trial: number; x: number; y: number } | null>;
}

function usePointer({ scene, gesture, layout, columns, selection, tip }: PointerInput) {
  const pressed = useRef(false);
  const at = (event: PointerEvent): [number, number] => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const forget = (): void => {
    tip.value = null;
    selection.hovered.value = null;
  };
  const onPointerDown = (event: PointerEvent): void => {
    const held = layout.peek();
    if (!held || event.button !== 0 || (event.target as Element).closest(".axis-head, .axis-sheet")) return;
    const [x, y] = at(event);
    pressed.current = !gesture.start(held, x, y, event.shiftKey);
    if (gesture.isDragging) (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const held = layout.peek();
    if (!held) return;
    const [x, y] = at(event);
    if (gesture.isDragging) {
      gesture.move(held, y);
      return;
    }
    const onChrome = (event.target as Element).closest(".axis-head, .axis-sheet") !== null;
    const trial = onChrome ? null : trialNear(scene.model, columns, held, x, y);
    selection.hovered.value = trial;
    tip.value = trial === null ? null : { trial, x, y };
    const cursor = gesture.cursor(held, x, y);
    (event.currentTarget as HTMLElement).style.cursor = cursor === "default" && trial !== null ? "pointer" : cursor;
  };
  const onPointerUp = (event: PointerEvent): void => {
    const held = layout.peek();
    if (gesture.isDragging && held) gesture.end(held);
    else if (pressed.current && tip.peek()) selection.click((tip.peek() as { trial: number }).trial, event.shiftKey);
    pressed.current = false;
  };
  return { onPointerDown, onPointerMove, onPointerUp, onPointerLeave: forget };
}

/** Arrow keys go through the trials that pass, best first; answers the trial that is now stood on. */
function useStep(columns: ColumnSet, selection: Selection, only: ReadonlySet<number> | undefined) {
  const order = useRef<{ mask: Mask | null; trials: number[] }>({ mask: null, trials: [] });
  return (event: KeyboardEvent): number | null => {
    const mask = selection.mask.peek();
    if (order.current.mask !== mask) {
      const trials = only ? [...only] : bestOf(columns, mask, MOST_STEPS);
      order.current = { mask, trials };
    }
    const { trials } = order.current;
    const hovered = selection.hovered.peek();
    const at = hovered === null ? -1 : trials.indexOf(hovered);
    const to: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: trials.length - 1,
    };
    if (event.key === "Enter" && hovered !== null) {
      selection.click(hovered, event.shiftKey);
      return hovered;
    }
    const next = to[event.key];
    if (next === undefined || trials.length === 0) return null;
    const trial = trials[Math.min(trials.length - 1, Math.max(0, next))] as number;
    selection.hovered.value = trial;
    return trial;
  };
}

function maskOfOnly(n: number, only: ReadonlySet<number>): Mask {
  const bytes = new Uint8Array(n);
  for (const trial of only) if (trial < n) bytes[trial] = 1;
  return { bytes, matched: only.size, active: true };
}

function summaryOf(columns: ColumnSet, selection: Selection, { matched, total, first }: Shown): string {
  const of = `${counted(total, "trial")} over ${counted(columns.parameters.length, "parameter")} and the loss`;
  const filtered = selection.active.value ? `, of which ${count(matched)} pass the filters` : "";
  const loss = first === null ? undefined : columns.loss[first];
  const told = loss === undefined ? "none has a loss" : `trial ${first} is the best shown, with a loss of ${lossText(loss)}`;
  return `${of}${filtered}; ${told}.`;
}

function tableOf(columns: ColumnSet, mask: Mask, only: ReadonlySet<number> | undefined): Table {
  const rows = only ? [...only] : bestOf(columns, mask, MOST_TABLE_ROWS);
  return {
    columns: ["trial", "state", "loss", ...columns.parameters.map(({ label }) => label)],
    rows: rows.map((trial) => [
      trial,
      TRIAL_STATES[columns.state[trial] ?? 0] ?? "",
      lossText(columns.loss[trial] ?? NaN),
      ...columns.parameters.map((parameter, index) => valueText(parameter, columns.valueAt(index, trial), columns.isCoarse)),
    ]),
    total: only ? only.size : mask.matched,
  };
}
