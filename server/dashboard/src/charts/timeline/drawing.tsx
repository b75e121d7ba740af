// The lanes of a timeline: painted only as far as they are scrolled into sight, pointed at, and stepped through by keys.

import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { TRIAL_STATES } from "../../api/types";
import { count } from "../../format/number";
import { clockTime, duration } from "../../format/time";
import type { Selection } from "../../state/selection";
import { FONT, ink } from "../ink";
import { useSurface, type Size } from "../surface";
import { spoken, Tip, type TipContent } from "../tip";
import { ofTrial, useGestures } from "./gestures";
import { endOf, type Bar, type Lanes } from "./lanes";
import { boxOf, frameBar, paintTimeline } from "./painting";
import { FOOT, fullHeight, shortened, trackHeight, viewOf, type View } from "./view";

/** The most letters of a worker's name in a tip. */
const MOST_LETTERS = 32;

export interface DrawingProps {
  lanes: Lanes;
  /** The most height, in CSS pixels; with more lanes it scrolls. */
  most: number;
  moment: () => number;
  /** Ends of the time that is shown. */
  ends: () => readonly [number, number];
  onZoom: (ends: readonly [number, number] | null) => void;
  selection: Selection | undefined;
  summaryId: string;
}

export function TimelineDrawing({ lanes, most, moment, ends, onZoom, selection, summaryId }: DrawingProps) {
  const held = useMemo(() => ({ view: null as View | null }), []);
  const scroll = useRef<HTMLDivElement>(null);
  const scrolled = useSignal(0);
  const cursor = useSignal<Bar | null>(null);
  const chosen = useSignal<readonly [number, number] | null>(null);
  const said = useSignal("");
  const track = trackHeight(lanes, most - FOOT);
  const full = fullHeight(lanes, most);
  const height = Math.min(most, full);
  const layOut = (context: CanvasRenderingContext2D, size: Size): View => {
    context.font = FONT;
    const widest = lanes.lanes.reduce((wide, { worker }) => Math.max(wide, context.measureText(worker).width), 0);
    held.view = viewOf({ size, track, scrolled: scrolled.value, ends: ends(), widest });
    return held.view;
  };
  const base = useSurface(
    (context, size) =>
      paintTimeline(context, layOut(context, size), ink().value, { lanes, mask: selection?.mask.value ?? null, now: moment() }),
    { now: () => [scrolled.value, selection?.mask.value], live: () => ends() },
  );
  const over = useSurface(
    (context, size) => {
      const { series, text } = ink().value;
      const view = layOut(context, size);
      const frame = (trial: number | null | undefined, colour: string): void => {
        const bar = ofTrial(lanes, trial);
        if (bar) frameBar(context, view, ink().value, bar, moment(), colour);
      };
      for (const trial of selection?.picked.value ?? []) frame(trial, series[3] ?? text);
      frame(selection?.focused.value, text);
      frame(cursor.value?.trial ?? selection?.hovered.value, text);
      if (chosen.value) paintChosen(context, view, chosen.value, series[0] ?? text);
    },
    {
      now: () => [scrolled.value, cursor.value, chosen.value, selection?.hovered.value, selection?.focused.value, selection?.picked.value],
      live: () => ends(),
    },
  );
  const onStep = (bar: Bar): void => {
    const [low, high] = ends();
    if (bar.start < low || bar.start > high) onZoom([bar.start - (high - low) / 2, bar.start + (high - low) / 2]);
    const box = scroll.current;
    if (box) box.scrollTop = Math.min(Math.max(box.scrollTop, (bar.track + 1) * track - (height - FOOT)), bar.track * track);
    said.value = spoken(tipOf(bar, moment()));
  };
  const gestures = useGestures({ held, lanes, moment, selection, onZoom, cursor, chosen, onStep });
  const bar = cursor.value && ofTrial(lanes, cursor.value.trial);
  const { view } = held;
  const [x = 0, y = 0, wide = 0] = bar && view ? boxOf(view, bar, moment()) : [];
  return (
    <div class="timeline">
      <div class="timeline-scroll" ref={scroll} style={{ height: `${height}px` }} onScroll={(event) => (scrolled.value = event.currentTarget.scrollTop)}>
        <div style={{ height: `${full}px` }}>
          <div class="chart-area timeline-view" style={{ height: `${height}px` }} {...gestures.pointer}>
            <canvas ref={base} aria-hidden="true" />
            <canvas ref={over} aria-hidden="true" />
            <div
              class="chart-focus"
              role="group"
              tabIndex={0}
              aria-label={`Attempts by worker: arrow keys step through them, plus and minus zoom${selection ? ", Enter opens a trial" : ""}`}
              aria-describedby={summaryId}
              {...gestures.keys}
            />
          </div>
        </div>
      </div>
      {bar && view && (
        <Tip content={tipOf(bar, moment())} x={besideBar(view, x, wide)} y={y} width={view.left + view.width} height={height} />
      )}
      <p class="visually-hidden" aria-live="polite">
        {said.value}
      </p>
    </div>
  );
}

/** A bar's end on the side where the tip will lie, so that it does not cover the bar; the middle of a wide one. */
function besideBar({ left, width }: View, x: number, wide: number): number {
  const middle = x + wide / 2;
  const end = middle < (left + width) / 2 ? x + wide : x;
  return Math.min(left + width, Math.max(left, wide > width / 3 ? middle : end));
}

function paintChosen(context: CanvasRenderingContext2D, view: View, chosen: readonly [number, number], colour: string): void {
  const [from = 0, to = 0] = chosen.map((x) => Math.min(view.left + view.width, Math.max(view.left, x))).sort((a, b) => a - b);
  context.globalAlpha = 0.15;
  context.fillStyle = colour;
  context.fillRect(from, 0, to - from, view.height);
  context.globalAlpha = 1;
}

function tipOf(bar: Bar, now: number): TipContent {
  const state = TRIAL_STATES[bar.state] ?? "";
  return {
    title: `Trial ${count(bar.trial)}`,
    rows: [
      ["state", state],
      ["worker", shortened(bar.worker, MOST_LETTERS, ({ length }) => length)],
      ...(bar.attempt > 1 ? [["attempt", count(bar.attempt)] as const] : []),
      ["began", clockTime(bar.start)],
      [state === "running" ? "for" : "took", duration(endOf(bar, now) - bar.start)],
    ],
  };
}
