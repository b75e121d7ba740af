// Two or three objectives against each other, the trials that none is better than, and how the volume they cover grew.

import { useSignal } from "@preact/signals";
import type { ParetoAnswer } from "../api/aggregates";
import { count, counted, number } from "../format/number";
import { Awaited, methodText, usedText } from "./awaited";
import { Figure, Key, type Table } from "./figure";
import { clipped, type Area, type PlotAxis } from "./frame";
import { faint, ink, type Ink } from "./ink";
import { Plot } from "./plot";
import { drawDots, endsOf, pointItems, type PointSet } from "./points";
import type { ParetoProps } from "./props";
import { css } from "./ramp";
import { RampKey } from "./ramp-key";
import { roomy } from "./scale";

type Objective = ParetoAnswer["objectives"][number];

export function Pareto({ answer, selection, title = "Trade-offs", height = 320 }: ParetoProps) {
  const turn = useSignal(0);
  if (answer === null) return <Awaited title={title} height={height} />;
  const { objectives } = answer;
  const [ix, iy, iz] = objectives.map((_, k) => (k + turn.value) % objectives.length);
  if (ix === undefined || iy === undefined) return null;
  const shown = pointsOf(answer, ix, iy, iz);
  const [x, y] = [axisOf(objectives[ix], shown.x), axisOf(objectives[iy], shown.y)];
  const items = pointItems(shown, (index) => [
    ...objectives.map(({ name }, k): [string, string] => [plainName(name), number(rounded(shown.values[index]?.[k]))]),
    ["front", shown.front[index] ? "none is better" : "no"],
  ]);
  const nFront = shown.front.filter(Boolean).length;
  return (
    <Figure
      title={title}
      note={[`${counted(nFront, "trial")} that none is better than in all`, usedText(answer)].filter(Boolean).join("; ")}
      summary={`${counted(shown.trial.length, "trial")} over ${objectives.map(directed).join(" and ")}; ${count(nFront)} of them are on the front. ${methodText(answer)}`}
      empty={shown.trial.length === 0 ? "No trial has completed with all of these objectives yet." : null}
      table={() => tableOf(answer)}
      tools={
        objectives.length > 2 && (
          <button type="button" onClick={() => (turn.value = (turn.value + 1) % objectives.length)}>
            Other axes
          </button>
        )
      }
      legend={<Legend third={iz === undefined ? undefined : objectives[iz]} />}
    >
      {(summaryId) => (
        <>
          <Plot
            height={height}
            axes={() => ({ x, y })}
            draw={(context, area, colours) => draw(context, area, colours, shown, objectives, [ix, iy, iz])}
            items={items}
            selection={selection}
            label="Trials over the objectives"
            summaryId={summaryId}
          />
          <Hypervolume answer={answer} summaryId={summaryId} />
        </>
      )}
    </Figure>
  );
}

interface Shown extends PointSet {
  values: readonly (readonly number[])[];
  front: readonly boolean[];
  /** Ranks by the third objective, 0 best. */
  third: readonly number[];
}

/** The front is drawn last; the order is that of the first objective. */
function pointsOf({ points, objectives }: ParetoAnswer, ix: number, iy: number, iz: number | undefined): Shown {
  const value = (index: number, k: number): number => points.values[index]?.[k] ?? NaN;
  const order = points.trial
    .map((_, index) => index)
    .sort((a, b) => Number(points.front[a]) - Number(points.front[b]) || value(a, ix) - value(b, ix));
  const third = new Map<number, number>();
  if (iz !== undefined) {
    const sign = objectives[iz]?.maximize ? -1 : 1;
    const sorted = [...order].sort((a, b) => sign * (value(a, iz) - value(b, iz)));
    sorted.forEach((index, place) => third.set(index, place / Math.max(1, sorted.length - 1)));
  }
  return {
    trial: order.map((index) => points.trial[index] ?? 0),
    x: order.map((index) => value(index, ix)),
    y: order.map((index) => value(index, iy)),
    values: order.map((index) => points.values[index] ?? []),
    front: order.map((index) => points.front[index] ?? false),
    third: order.map((index) => third.get(index) ?? 0),
  };
}

function draw(
  context: CanvasRenderingContext2D,
  area: Area,
  colours: Ink,
  shown: Shown,
  objectives: readonly Objective[],
  [ix, iy, iz]: readonly [number, number, number | undefined],
): void {
  const { length } = shown.trial;
  const at = (index: number): [number, number] => [shown.x[index] ?? NaN, shown.y[index] ?? NaN];
  const three = iz !== undefined;
  const colour = (index: number): string => {
    if (three) return css(colours.rank(shown.third[index] ?? 1), shown.front[index] ? 1 : 0.35);
    return shown.front[index] ? (colours.series[1] ?? colours.text) : faint(colours.series[0] ?? colours.text, 0.4);
  };
  const firstFront = length - shown.front.filter(Boolean).length;
  clipped(context, area, () => {
    drawDots(context, area, firstFront, at, colour, 2.25);
    if (!three) drawStairs(context, area, colours, shown, firstFront, objectives[ix], objectives[iy]);
    for (let index = firstFront; index < length; index++) diamond(context, area, at(index), colour(index), colours);
  });
}

/** The edge of what is reached: between two trials of the front nothing better than their corner is known. */
function drawStairs(
  context: CanvasRenderingContext2D,
  area: Area,
  colours: Ink,
  { x, y, trial }: Shown,
  first: number,
  ox: Objective | undefined,
  oy: Objective | undefined,
): void {
  context.beginPath();
  for (let index = first; index < trial.length; index++) {
    const [px, py] = [area.x(x[index] ?? NaN), area.y(y[index] ?? NaN)];
    if (index > first) {
      const [lastX, lastY] = [area.x(x[index - 1] ?? NaN), area.y(y[index - 1] ?? NaN)];
      if (ox?.maximize) context.lineTo(lastX, py);
      else context.lineTo(px, lastY);
    }
    context.lineTo(px, py);
  }
  context.strokeStyle = colours.series[1] ?? colours.text;
  context.lineWidth = oy ? 1.5 : 0;
  context.stroke();
}

function diamond(context: CanvasRenderingContext2D, area: Area, [vx, vy]: readonly [number, number], fill: string, colours: Ink): void {
  const [x, y] = [area.x(vx), area.y(vy)];
  const size = 4.5;
  context.beginPath();
  context.moveTo(x, y - size);
  context.lineTo(x + size, y);
  context.lineTo(x, y + size);
  context.lineTo(x - size, y);
  context.closePath();
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = colours.text;
  context.lineWidth = 1;
  context.stroke();
}

function Hypervolume({ answer, summaryId }: { answer: ParetoAnswer; summaryId: string }) {
  const { hypervolume } = answer;
  if (hypervolume.length < 2) return null;
  const [, most] = endsOf(hypervolume.map(([, volume]) => volume));
  const last = answer.n_total || (hypervolume[hypervolume.length - 1]?.[0] ?? 1);
  const x: PlotAxis = { kind: "linear", low: 0, high: last, integer: true, title: "trials" };
  const y: PlotAxis = { kind: "linear", low: 0, high: most * 1.05 || 1, title: "volume that the front covers, higher is better" };
  return (
    <Plot
      height={150}
      axes={() => ({ x, y })}
      draw={(context, area, colours) => {
        context.beginPath();
        let at = area.y(0);
        for (const [trials, volume] of hypervolume) {
          context.lineTo(area.x(trials), at);
          at = area.y(volume);
          context.lineTo(area.x(trials), at);
        }
        context.lineTo(area.x(last), at);
        context.strokeStyle = colours.series[2] ?? colours.text;
        context.lineWidth = 2;
        context.stroke();
      }}
      label="Volume that the front covers"
      summaryId={summaryId}
    />
  );
}

function Legend({ third }: { third: Objective | undefined }) {
  const { series, text } = ink().value;
  const filled = third ? "none" : (series[1] ?? text);
  return (
    <>
      <Key mark={<path d="M9 1.5l4.5 4.5-4.5 4.5-4.5-4.5z" fill={filled} stroke={text} />}>none is better in all</Key>
      <Key mark={<circle cx="9" cy="6" r="2.5" fill={series[0]} opacity="0.5" />}>other trial</Key>
      {third && <RampKey>{`rank of ${directed(third)}:`}</RampKey>}
    </>
  );
}

function plainName(name: string): string {
  return name.startsWith("m.") ? name.slice(2) : name;
}

function directed({ name, maximize }: Objective): string {
  return `${plainName(name)}, ${maximize ? "higher" : "lower"} is better`;
}

function axisOf(objective: Objective | undefined, values: readonly number[]): PlotAxis {
  return { ...roomy("linear", ...endsOf(values)), title: objective ? directed(objective) : "" };
}

function rounded(value: number | undefined): number {
  return Number((value ?? NaN).toPrecision(6));
}

function tableOf({ objectives, points }: ParetoAnswer): Table {
  const front = points.trial.map((_, index) => index).filter((index) => points.front[index]);
  front.sort((a, b) => (points.values[a]?.[0] ?? 0) - (points.values[b]?.[0] ?? 0));
  return {
    columns: ["trial that none is better than", ...objectives.map(directed)],
    rows: front.slice(0, 200).map((index) => [
      points.trial[index] ?? 0,
      ...objectives.map((_, k) => number(rounded(points.values[index]?.[k]))),
    ]),
    total: front.length,
  };
}
