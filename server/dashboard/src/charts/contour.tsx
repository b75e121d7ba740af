// The loss over two parameters as a map, and the trials that it was made from.

import type { ContourAnswer } from "../api/aggregates";
import type { Parameter } from "../api/types";
import { counted } from "../format/number";
import { Awaited, methodText, usedText } from "./awaited";
import { Figure, Key, type Table } from "./figure";
import { clipped, type Area } from "./frame";
import { faint, ink, type Ink } from "./ink";
import { gridAxis } from "./pair-axes";
import { Plot } from "./plot";
import { ALONG_Y, besides, drawDots, pointItems } from "./points";
import type { ContourProps } from "./props";
import { css } from "./ramp";
import { RampKey } from "./ramp-key";
import { lossText, valueText } from "./trial-tip";

export function Contour({ answer, x: px, y: py, selection, title = `${px.label} × ${py.label}`, height = 320 }: ContourProps) {
  if (answer === null) return <Awaited title={title} height={height} />;
  const { points, grid } = answer;
  const [x, y] = [gridAxis(px), gridAxis(py)];
  const place = (index: number): [number, number] => {
    const trial = points.trial[index] ?? 0;
    return [besides(x, points.x[index] ?? NaN, trial), besides(y, points.y[index] ?? NaN, trial, ALONG_Y)];
  };
  const items = pointItems(points, (index) => [
    [px.label, valueText(px, points.x[index] ?? NaN)],
    [py.label, valueText(py, points.y[index] ?? NaN)],
    ["loss", lossText(points.loss[index] ?? NaN)],
  ], place);
  const known = grid.flat().filter((loss): loss is number => loss !== null).sort((a, b) => a - b);
  const [low, high] = [known[0] ?? NaN, known[known.length - 1] ?? NaN];
  return (
    <Figure
      title={title}
      note={["loss, lower is better", usedText(answer)].filter(Boolean).join("; ")}
      summary={`${summaryOf(answer, px.label, py.label, low, high)} ${methodText(answer)}`}
      empty={known.length === 0 && points.trial.length === 0 ? emptyText(px.label, py.label) : null}
      table={() => tableOf(answer, px, py)}
      legend={
        <>
          <RampKey low={`best ${lossText(low)}`} high={`worst ${lossText(high)}`}>loss, coloured by rank:</RampKey>
          <Key mark={<circle cx="9" cy="6" r="2.5" fill="none" stroke={ink().value.text} />}>trial</Key>
          <span>blank: no trial near</span>
        </>
      }
    >
      {(summaryId) => (
        <Plot
          height={height}
          axes={() => ({ x, y })}
          draw={(context, area, colours) => {
            drawGrid(context, area, grid, known, colours);
            clipped(context, area, () => {
              const { length } = points.trial;
              const many = length > MANY_POINTS;
              if (!many) drawDots(context, area, length, place, () => faint(colours.surface, 0.7), 2.25);
              drawDots(context, area, length, place, () => faint(many ? colours.surface : colours.text, many ? 0.45 : 0.75), many ? 0.9 : 1.25);
            });
          }}
          items={items}
          selection={selection}
          label={`Trials over ${px.label} and ${py.label}`}
          summaryId={summaryId}
        />
      )}
    </Figure>
  );
}

/** More are drawn smaller, so that they do not hide the colours below them. */
const MANY_POINTS = 500;

/** Colours go by the rank of a square among all, so that one far worse does not take all colours. */
function drawGrid(context: CanvasRenderingContext2D, area: Area, grid: ContourAnswer["grid"], known: readonly number[], colours: Ink): void {
  const rows = grid.length;
  const columns = grid[0]?.length ?? 0;
  if (rows === 0 || columns === 0) return;
  const canvas = new OffscreenCanvas(columns, rows);
  const paint = canvas.getContext("2d");
  if (!paint) return;
  grid.forEach((row, r) => {
    row.forEach((loss, c) => {
      if (loss === null) return;
      paint.fillStyle = css(colours.rank(rankIn(known, loss)));
      paint.fillRect(c, rows - 1 - r, 1, 1);
    });
  });
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, area.left, area.top, area.width, area.height);
  context.imageSmoothingEnabled = true;
}

function rankIn(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return sorted.length > 1 ? low / (sorted.length - 1) : 0;
}

function emptyText(x: string, y: string): string {
  return `No completed trial has both ${x} and ${y} set.`;
}

function summaryOf({ points }: ContourAnswer, x: string, y: string, low: number, high: number): string {
  return `A map of the loss over ${x} and ${y}, from ${counted(points.trial.length, "trial")}: from ${lossText(low)}, the best, to ${lossText(high)}.`;
}

function tableOf({ points }: ContourAnswer, x: Parameter, y: Parameter): Table {
  const order = points.trial.map((_, index) => index).sort((a, b) => (points.loss[a] ?? 0) - (points.loss[b] ?? 0));
  return {
    columns: ["trial", x.label, y.label, "loss"],
    rows: order.slice(0, 200).map((index) => [
      points.trial[index] ?? 0, valueText(x, points.x[index] ?? NaN), valueText(y, points.y[index] ?? NaN), lossText(points.loss[index] ?? NaN),
    ]),
    total: order.length,
  };
}
