// What share of trials is as good as a loss or better, for one study or several.

import type { EdfAnswer } from "../api/aggregates";
import { count, counted, percent } from "../format/number";
import { Awaited } from "./awaited";
import { Figure, LineKey, type Table } from "./figure";
import { clipped, type Area, type PlotAxis } from "./frame";
import { ink, type Ink } from "./ink";
import { lossRoom } from "./loss-scale";
import { Plot, type Items } from "./plot";
import type { EdfProps } from "./props";
import { lossText } from "./trial-tip";

type Series = EdfAnswer["series"][number];

/** Beside colours, lines differ by their dashes. */
const DASHES: readonly (readonly number[])[] = [[], [8, 3], [2, 3], [8, 3, 2, 3], [5, 5], [1, 4]];

export function Edf({ answer, own, title = "How losses are spread", height = 260 }: EdfProps) {
  if (answer === null) return <Awaited title={title} height={height} />;
  const series = [...answer.series].sort((a, b) => Number(nameOf(b) === own) - Number(nameOf(a) === own));
  const points = series.flatMap((one) => one.points.map(([loss, share]) => ({ one, loss, share })));
  const x: PlotAxis = { ...lossRoom(points.map(({ loss }) => loss), false), title: "loss, lower is better" };
  const y: PlotAxis = { kind: "linear", low: 0, high: 1, title: "share of trials at this loss or better" };
  const items: Items = {
    n: points.length,
    x: (index) => points[index]?.loss ?? NaN,
    y: (index) => points[index]?.share ?? NaN,
    trial: () => null,
    indexOf: () => null,
    tip: (index) => tipOf(points[index] as (typeof points)[number]),
  };
  return (
    <Figure
      title={title}
      note="further left and higher is better"
      summary={`${summaryOf(series)} ${answer.method}`}
      empty={points.length === 0 ? "No trial has completed with a loss yet." : null}
      table={() => tableOf(series)}
      legend={<Legend series={series} own={own} />}
    >
      {(summaryId) => (
        <Plot
          height={height}
          axes={() => ({ x, y })}
          draw={(context, area, colours) => draw(context, area, colours, series, own)}
          items={items}
          label="Shares of trials by loss"
          summaryId={summaryId}
        />
      )}
    </Figure>
  );
}

function nameOf({ project, study }: Series): string {
  return `${project}/${study}`;
}

function draw(context: CanvasRenderingContext2D, area: Area, colours: Ink, series: readonly Series[], own: string | undefined): void {
  clipped(context, area, () => {
    for (let k = series.length - 1; k >= 0; k--) {
      const one = series[k] as Series;
      context.strokeStyle = colours.series[k % 6] ?? colours.text;
      context.lineWidth = nameOf(one) === own ? 2.5 : 1.75;
      context.setLineDash([...(DASHES[k % DASHES.length] ?? [])]);
      context.beginPath();
      let y = area.y(0);
      one.points.forEach(([loss, share], index) => {
        const x = area.x(loss);
        if (index === 0) context.moveTo(x, y);
        context.lineTo(x, y);
        y = area.y(share);
        context.lineTo(x, y);
      });
      context.lineTo(area.left + area.width, y);
      context.stroke();
      context.setLineDash([]);
    }
  });
}

function Legend({ series, own }: { series: readonly Series[]; own: string | undefined }) {
  const colours = ink().value;
  return (
    <>
      {series.map((one, k) => (
        <LineKey colour={colours.series[k % 6] ?? colours.text} dash={(DASHES[k % DASHES.length] ?? []).join(" ")}>
          {`${nameOf(one)}${nameOf(one) === own ? " (this study)" : ""}, ${counted(one.n, "trial")}`}
        </LineKey>
      ))}
    </>
  );
}

function tipOf({ one, loss, share }: { one: Series; loss: number; share: number }) {
  return { title: nameOf(one), rows: [["loss at most", lossText(loss)], ["share of trials", percent(share)]] as const };
}

function lossAtShare({ points }: Series, share: number): number {
  return points.find((point) => point[1] >= share)?.[0] ?? NaN;
}

function summaryOf(series: readonly Series[]): string {
  return series.map((one) => `Half of the trials of ${nameOf(one)} have a loss of at most ${lossText(lossAtShare(one, 0.5))}`).join("; ") + ".";
}

function tableOf(series: readonly Series[]): Table {
  const shares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9];
  return {
    columns: ["study", "trials", ...shares.map((share) => `best ${percent(share)} at most`)],
    rows: series.map((one) => [nameOf(one), count(one.n), ...shares.map((share) => lossText(lossAtShare(one, share)))]),
    total: series.length,
  };
}
