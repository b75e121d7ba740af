// What each worker did when: a lane for each, a span for each attempt.

import { useSignal } from "@preact/signals";
import type { TimelineAnswer } from "../api/aggregates";
import { TRIAL_STATES, type TrialState } from "../api/types";
import { count, counted } from "../format/number";
import { absolute, clockTime, duration } from "../format/time";
import { Awaited } from "./awaited";
import { Figure, Key, type Table } from "./figure";
import { clipped, type Area, type PlotAxis } from "./frame";
import { drawGlyph } from "./glyph";
import { faint, ink, type Ink } from "./ink";
import { Plot, type Items } from "./plot";
import type { TimelineProps } from "./props";

const LANE = 24;
const LEAST_BAR = 7;
const MOST_BAR = 18;
const MOST_HEIGHT = 520;
/** What the axes need above and below the lanes. */
const FRAME = 60;
/** From this width on a span has its state's sign, and its trial's number where that fits. */
const SIGN_WIDTH = 16;

interface Span {
  lane: number;
  trial: number;
  attempt: number;
  state: TrialState;
  start: number;
  end: number;
}

export function Timeline({ answer, now, selection, title = "Workers over time", height }: TimelineProps) {
  const zoom = useSignal<readonly [number, number] | null>(null);
  if (answer === null) return <Awaited title={title} height={height ?? 160} />;
  const { lanes } = answer;
  const spans = lanes.flatMap(({ spans: all }, lane) =>
    all.map(([trial, attempt, code, start, end]): Span => ({ lane, trial, attempt, state: TRIAL_STATES[code] ?? "running", start, end })),
  );
  const endOf = (span: Span): number => (span.state === "running" && now ? Math.max(span.end, now.value) : span.end);
  const axes = (): { x: PlotAxis; y: PlotAxis } => {
    const last = spans.reduce((most, span) => Math.max(most, endOf(span)), answer.to);
    const [low, high] = zoom.value ?? [answer.from, last > answer.from ? last : answer.from + 1000];
    const options = lanes.map(({ worker }) => worker).reverse();
    return {
      x: { kind: "time", low, high, title: "time of day" },
      y: { kind: "category", low: -0.5, high: lanes.length - 0.5, options, title: "worker" },
    };
  };
  return (
    <Figure
      title={title}
      note={answer.truncated ? `the last ${counted(spans.length, "attempt")} only` : counted(spans.length, "attempt")}
      summary={`${counted(spans.length, "attempt")} by ${counted(lanes.length, "worker")} in ${duration(answer.to - answer.from)}.`}
      empty={spans.length === 0 ? "No worker has taken a trial yet." : null}
      table={() => tableOf(answer, spans)}
      tools={zoom.value && <button type="button" onClick={() => (zoom.value = null)}>Show all</button>}
      legend={<Legend states={new Set(spans.map(({ state }) => state))} />}
    >
      {(summaryId) => (
        <Plot
          height={height ?? Math.min(MOST_HEIGHT, FRAME + lanes.length * LANE)}
          axes={axes}
          draw={(context, area, colours) => draw(context, area, colours, spans, lanes.length, endOf)}
          now={() => zoom.value}
          live={() => now?.value}
          items={itemsOf(spans, lanes, endOf)}
          selection={selection}
          onZoom={(ends) => (zoom.value = ends)}
          label="Attempts by worker and time"
          summaryId={summaryId}
        />
      )}
    </Figure>
  );
}

function colourOf(state: TrialState, colours: Ink): string {
  if (state === "completed") return colours.series[0] ?? colours.text;
  if (state === "failed") return colours.series[1] ?? colours.text;
  if (state === "pruned") return colours.series[4] ?? colours.text;
  if (state === "running") return colours.series[2] ?? colours.text;
  return colours.muted;
}

function draw(
  context: CanvasRenderingContext2D,
  area: Area,
  colours: Ink,
  spans: readonly Span[],
  lanes: number,
  endOf: (span: Span) => number,
): void {
  const tall = Math.min(MOST_BAR, Math.max(LEAST_BAR, area.height / lanes - 4));
  clipped(context, area, () => {
    for (const span of spans) {
      const left = area.x(span.start);
      const width = Math.max(1.5, area.x(endOf(span)) - left - 1);
      if (left > area.left + area.width || left + width < area.left) continue;
      const middle = area.y(lanes - 1 - span.lane);
      const colour = colourOf(span.state, colours);
      context.fillStyle = faint(colour, 0.3);
      context.fillRect(left, middle - tall / 2, width, tall);
      context.fillStyle = colour;
      context.fillRect(left, middle - tall / 2, Math.min(2, width), tall);
      if (width >= SIGN_WIDTH && tall >= 9) sign(context, colours, span, left, width, middle);
    }
  });
}

function sign(context: CanvasRenderingContext2D, colours: Ink, span: Span, left: number, width: number, y: number): void {
  context.strokeStyle = context.fillStyle = colours.text;
  context.lineWidth = 1.25;
  drawGlyph(context, span.state, left + 9, y, 3);
  const text = count(span.trial);
  if (context.measureText(text).width + 22 > width) return;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, left + 16, y + 0.5);
}

function itemsOf(spans: readonly Span[], lanes: TimelineAnswer["lanes"], endOf: (span: Span) => number): Items {
  const laneOf = (index: number): number => lanes.length - 1 - (spans[index]?.lane ?? 0);
  return {
    n: spans.length,
    x: (index) => ((spans[index]?.start ?? NaN) + endOf(spans[index] as Span)) / 2,
    y: laneOf,
    trial: (index) => spans[index]?.trial ?? null,
    indexOf: (trial) => {
      const index = spans.findIndex((span) => span.trial === trial);
      return index < 0 ? null : index;
    },
    hit: (area, x, y) => {
      const lane = Math.round(area.yAt(y));
      const at = area.xAt(x);
      const index = spans.findIndex((span, k) => laneOf(k) === lane && span.start <= at && at <= endOf(span));
      return index < 0 ? null : index;
    },
    tip: (index) => {
      const span = spans[index] as Span;
      return {
        title: `Trial ${count(span.trial)}${span.attempt > 1 ? `, attempt ${span.attempt}` : ""}`,
        rows: [
          ["state", span.state],
          ["worker", lanes[span.lane]?.worker ?? ""],
          ["began", clockTime(span.start)],
          ["took", duration(endOf(span) - span.start)],
        ],
      };
    },
  };
}

function Legend({ states }: { states: ReadonlySet<TrialState> }) {
  const colours = ink().value;
  return (
    <>
      {TRIAL_STATES.filter((state) => states.has(state)).map((state) => (
        <Key
          mark={
            <>
              <rect width="18" height="12" fill={colourOf(state, colours)} opacity="0.3" />
              <rect width="2" height="12" fill={colourOf(state, colours)} />
              <Glyph state={state} colour={colours.text} />
            </>
          }
        >
          {state}
        </Key>
      ))}
    </>
  );
}

function Glyph({ state, colour }: { state: TrialState; colour: string }) {
  if (state === "completed") return <circle cx="10" cy="6" r="3" fill={colour} />;
  const path: Partial<Record<TrialState, string>> = {
    failed: "M7 3l6 6M13 3l-6 6",
    pruned: "M10 2.5l3.5 6.5h-7z",
    running: "M13 6a3 3 0 0 1 -6 0",
    cancelled: "M7 6h6",
  };
  return <path d={path[state] ?? "M7 6a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"} fill="none" stroke={colour} stroke-width="1.5" />;
}

function tableOf({ lanes }: TimelineAnswer, spans: readonly Span[]): Table {
  const last = [...spans].sort((a, b) => b.start - a.start);
  return {
    columns: ["worker", "trial", "attempt", "state", "began", "took"],
    rows: last.slice(0, 200).map(({ lane, trial, attempt, state, start, end }) => [
      lanes[lane]?.worker ?? "", count(trial), attempt, state, absolute(start), state === "running" ? "" : duration(end - start),
    ]),
    total: spans.length,
  };
}
