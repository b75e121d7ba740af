// The loss over one parameter: the spread of the losses in stretches of its axis, and trials as points.

import { count, counted } from "../format/number";
import type { SliceAnswer } from "../api/aggregates";
import type { Parameter } from "../api/types";
import { Awaited, methodText } from "./awaited";
import { Figure, Key, LineKey, type Table } from "./figure";
import { clipped, type Area, type PlotAxis } from "./frame";
import { faint, ink, type Ink } from "./ink";
import { lossRoom } from "./loss-scale";
import { Plot } from "./plot";
import { besides, drawDots, pointItems } from "./points";
import type { SliceProps } from "./props";
import { parameterScale, type Scale } from "./scale";
import { lossText, valueText } from "./trial-tip";

export function Slice({ answer, parameter, selection, title = parameter.label, height = 220 }: SliceProps) {
  if (answer === null) return <Awaited title={title} height={height} />;
  const { points, not_set: notSet } = answer;
  const x: PlotAxis = { ...parameterScale(parameter), title: `${parameter.label}${parameter.scale === "log" ? " (log)" : ""}` };
  const room = lossRoom(points.loss, false);
  const y: PlotAxis = { ...room, title: "loss, lower is better" };
  const place = (index: number): [number, number] => [
    besides(x, points.x[index] ?? NaN, points.trial[index] ?? 0),
    points.loss[index] ?? NaN,
  ];
  const items = pointItems({ trial: points.trial, x: points.x, y: points.loss }, (index) => [
    [parameter.label, valueText(parameter, points.x[index] ?? NaN)],
    ["loss", lossText(points.loss[index] ?? NaN)],
  ], place);
  return (
    <Figure
      title={title}
      summary={`${summaryOf(answer, parameter)} ${methodText(answer)}`}
      empty={points.trial.length === 0 ? emptyText(answer) : null}
      table={() => tableOf(answer, parameter)}
      legend={<Legend notSet={notSet} above={room.above} />}
    >
      {(summaryId) => (
        <Plot
          height={height}
          axes={() => ({ x, y })}
          draw={(context, area, colours) => draw(context, area, colours, answer, x, place)}
          items={items}
          selection={selection}
          label={`Loss over ${parameter.label}`}
          summaryId={summaryId}
        />
      )}
    </Figure>
  );
}

function draw(
  context: CanvasRenderingContext2D,
  area: Area,
  colours: Ink,
  { points, bins }: SliceAnswer,
  x: Scale,
  place: (index: number) => readonly [number, number],
): void {
  clipped(context, area, () => {
    const blue = colours.series[0] ?? colours.text;
    drawDots(context, area, points.trial.length, place, () => faint(blue, 0.4), 1.75);
    const inset = x.kind === "category" ? 0.12 : 0;
    for (const { x0, x1, q25, median, q75 } of bins) {
      const [left, right] = [area.x(x0 + inset), area.x(x1 - inset)];
      const top = Math.max(area.top, area.y(q75));
      context.fillStyle = faint(colours.text, 0.12);
      context.fillRect(left, top, Math.max(1, right - left), Math.max(1, area.y(q25) - top));
      context.fillStyle = colours.series[1] ?? colours.text;
      context.fillRect(left, Math.max(area.top, area.y(median)) - 1, Math.max(1, right - left), 2);
    }
  });
}

function Legend({ notSet, above }: { notSet: SliceAnswer["not_set"]; above: number }) {
  const { series, text } = ink().value;
  return (
    <>
      <Key mark={<circle cx="9" cy="6" r="2.5" fill={series[0]} />}>trial</Key>
      <LineKey colour={series[1] ?? text}>median</LineKey>
      <Key mark={<rect x="2" y="1" width="14" height="10" fill={text} opacity="0.15" />}>middle half</Key>
      {above > 0 && <span>{count(above)} above the top stand at it</span>}
      {notSet && (
        <span>
          not set in {counted(notSet.n, "trial")}: median {lossText(notSet.median)}
        </span>
      )}
    </>
  );
}

function emptyText({ not_set: notSet }: SliceAnswer): string {
  return notSet ? `Not set in any of the ${counted(notSet.n, "completed trial")}.` : "No trial has completed with a loss yet.";
}

function stretch(parameter: Parameter, x0: number, x1: number): string {
  if (parameter.scale === "category") return valueText(parameter, Math.round((x0 + x1) / 2));
  return `${valueText(parameter, x0)} to ${valueText(parameter, x1)}`;
}

function summaryOf({ bins, points }: SliceAnswer, parameter: Parameter): string {
  const best = bins.reduce<(typeof bins)[number] | null>((a, b) => (a && a.median <= b.median ? a : b), null);
  const where = best ? `; the lowest median loss, ${lossText(best.median)}, is at ${stretch(parameter, best.x0, best.x1)}` : "";
  return `Losses of ${counted(points.trial.length, "trial")} over ${parameter.label}${where}.`;
}

function tableOf({ bins, not_set: notSet }: SliceAnswer, parameter: Parameter): Table {
  const rows = bins.map(({ x0, x1, n, min, q25, median, q75 }) => [
    stretch(parameter, x0, x1), count(n), lossText(min), lossText(q25), lossText(median), lossText(q75),
  ]);
  if (notSet) rows.push(["not set", count(notSet.n), lossText(notSet.min), "", lossText(notSet.median), ""]);
  return { columns: [parameter.label, "trials", "best loss", "lower quartile", "median", "upper quartile"], rows, total: rows.length };
}
