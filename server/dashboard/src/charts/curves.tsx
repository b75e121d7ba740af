// Losses while trials ran: the best trials as lines, all the others as bands of quantiles.

import type { CurvesAnswer } from "../api/aggregates";
import { count, counted } from "../format/number";
import { Awaited, methodText } from "./awaited";
import { Figure, Key, LineKey, type Table } from "./figure";
import { clipped, type Area, type PlotAxis } from "./frame";
import { faint, ink, type Ink } from "./ink";
import { lossRoom } from "./loss-scale";
import { Plot, type Items } from "./plot";
import { endsOf } from "./points";
import type { CurvesProps } from "./props";
import { css } from "./ramp";
import { RampKey } from "./ramp-key";
import { lossText } from "./trial-tip";

interface Point {
  trial: number;
  step: number;
  value: number;
}

export function Curves({ answer, trial = null, unit = "step", selection, title = "Learning curves", height = 280 }: CurvesProps) {
  if (answer === null) return <Awaited title={title} height={height} />;
  const { top, band } = answer;
  const lines = trial ? [...top.filter((one) => one.trial !== trial.trial), trial] : top;
  const points = lines.flatMap((one) =>
    one.steps.map((step, k): Point => ({ trial: one.trial, step, value: one.values[k] ?? NaN })),
  );
  const [low, high] = endsOf(points.map(({ step }) => step), band.map(({ step }) => step));
  const losses = [...points.map(({ value }) => value), ...band.flatMap(({ q10, q25, median, q75 }) => [q10, q25, median, q75])];
  const x: PlotAxis = { kind: "linear", low, high: high > low ? high : low + 1, integer: true, title: unit };
  const y: PlotAxis = { ...lossRoom(losses.filter(Number.isFinite), false), title: "loss, lower is better" };
  return (
    <Figure
      title={title}
      summary={`${summaryOf(answer)} ${methodText(answer)}`}
      empty={points.length === 0 && band.length === 0 ? "No trial has reported losses while it ran." : null}
      table={() => tableOf(answer, unit)}
      legend={<Legend answer={answer} trial={trial?.trial ?? null} />}
    >
      {(summaryId) => (
        <Plot
          height={height}
          axes={() => ({ x, y })}
          draw={(context, area, colours) => draw(context, area, colours, answer, trial)}
          items={itemsOf(points, unit)}
          selection={selection}
          label="Losses while trials ran"
          summaryId={summaryId}
        />
      )}
    </Figure>
  );
}

function itemsOf(points: readonly Point[], unit: string): Items {
  return {
    n: points.length,
    x: (index) => points[index]?.step ?? NaN,
    y: (index) => points[index]?.value ?? NaN,
    trial: (index) => points[index]?.trial ?? null,
    indexOf: (trial) => {
      for (let index = points.length - 1; index >= 0; index--) if (points[index]?.trial === trial) return index;
      return null;
    },
    tip: (index) => {
      const { trial, step, value } = points[index] as Point;
      return { title: `Trial ${count(trial)}`, rows: [[unit, count(step)], ["loss", lossText(value)]] };
    },
  };
}

function draw(context: CanvasRenderingContext2D, area: Area, colours: Ink, { top, band }: CurvesAnswer, trial: CurvesProps["trial"]): void {
  clipped(context, area, () => {
    fillBand(context, area, band.map(({ step, q10, q90 }) => [step, q10, q90]), faint(colours.muted, 0.16));
    fillBand(context, area, band.map(({ step, q25, q75 }) => [step, q25, q75]), faint(colours.muted, 0.26));
    context.setLineDash([5, 3]);
    path(context, area, band.map(({ step }) => step), band.map(({ median }) => median), colours.text, 1.5);
    context.setLineDash([]);
    [...top].reverse().forEach((one, k) => {
      const rank = top.length > 1 ? (top.length - 1 - k) / (top.length - 1) : 0;
      path(context, area, one.steps, one.values, css(colours.rank(rank * 0.8)), rank === 0 ? 2.25 : 1.5);
    });
    if (trial) {
      path(context, area, trial.steps, trial.values, colours.surface, 5);
      path(context, area, trial.steps, trial.values, colours.series[1] ?? colours.text, 2.5);
    }
  });
}

function fillBand(context: CanvasRenderingContext2D, area: Area, rows: readonly (readonly [number, number, number])[], colour: string): void {
  context.beginPath();
  for (const [step, low] of rows) context.lineTo(area.x(step), area.y(low));
  for (const [step, , high] of [...rows].reverse()) context.lineTo(area.x(step), area.y(high));
  context.fillStyle = colour;
  context.fill();
}

function path(
  context: CanvasRenderingContext2D,
  area: Area,
  steps: readonly number[],
  values: readonly number[],
  colour: string,
  width: number,
): void {
  context.beginPath();
  steps.forEach((step, k) => context.lineTo(area.x(step), area.y(values[k] ?? NaN)));
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.stroke();
  if (steps.length > 1) return;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(area.x(steps[0] ?? NaN), area.y(values[0] ?? NaN), width + 1, 0, 2 * Math.PI);
  context.fill();
}

function Legend({ answer, trial }: { answer: CurvesAnswer; trial: number | null }) {
  const { series, text, muted } = ink().value;
  return (
    <>
      {trial !== null && <LineKey colour={series[1] ?? text}>{`trial ${count(trial)}`}</LineKey>}
      {answer.top.length > 0 && <RampKey high={`${answer.top.length}th`}>{`the best ${answer.top.length}:`}</RampKey>}
      {answer.band.length > 0 && (
        <>
          <LineKey colour={text} dash="5 3" width={1.5}>{medianText(answer)}</LineKey>
          <Key mark={<rect width="18" height="12" fill={muted} opacity="0.42" />}>middle half</Key>
          <Key mark={<rect width="18" height="12" fill={muted} opacity="0.16" />}>10 to 90 %</Key>
        </>
      )}
    </>
  );
}

/** Bands at late steps are of the few trials that got so far. */
function medianText({ band, n_sampled: n }: CurvesAnswer): string {
  const last = band[band.length - 1]?.n ?? n;
  return last < n ? `median of ${count(n)} trials, of ${count(last)} at the last step` : `median of ${counted(n, "trial")}`;
}

function summaryOf({ top, n_sampled: n }: CurvesAnswer): string {
  const [best] = top;
  if (!best) return `Losses while ${counted(n, "trial")} ran.`;
  return `Losses while ${counted(n, "trial")} ran; the best, trial ${best.trial}, ended with a loss of ${lossText(best.loss)}.`;
}

function tableOf({ band, top }: CurvesAnswer, unit: string): Table {
  const lines = top.slice(0, 5);
  return {
    columns: [unit, "trials", "lower quartile", "median", "upper quartile", ...lines.map(({ trial }) => `trial ${trial}`)],
    rows: band.map(({ step, n, q25, median, q75 }) => [
      count(step), count(n), lossText(q25), lossText(median), lossText(q75),
      ...lines.map(({ steps, values }) => lossText(values[steps.indexOf(step)] ?? NaN)),
    ]),
    total: band.length,
  };
}
