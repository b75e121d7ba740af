// The history as the server sums it up: for where the trials themselves are not loaded.

import type { HistoryAnswer } from "../api/aggregates";
import { count } from "../format/number";
import { clockTime } from "../format/time";
import { Awaited } from "./awaited";
import { Figure, Key, LineKey, type Table } from "./figure";
import { clipped, type Area, type PlotAxis } from "./frame";
import { faint, ink, type Ink } from "./ink";
import { lossRoom } from "./loss-scale";
import { Plot, type Items } from "./plot";
import type { HistoryBucketsProps } from "./props";
import { lossText } from "./trial-tip";

export function HistoryBuckets({ answer, selection, title = "History", height = 280 }: HistoryBucketsProps) {
  if (answer === null) return <Awaited title={title} height={height} />;
  const { buckets, best } = answer;
  const [first, last] = [buckets[0], buckets[buckets.length - 1]];
  const x: PlotAxis = {
    kind: answer.x === "time" ? "time" : "linear",
    low: first?.[0] ?? 0,
    high: Math.max(last?.[1] ?? 1, (first?.[0] ?? 0) + 1),
    integer: true,
    title: answer.x === "time" ? "ended at" : "trial number",
  };
  const room = lossRoom([...buckets.flatMap(([, , , , q25, median, q75]) => [q25, median, q75]), ...best.map(([, loss]) => loss)], false);
  const y: PlotAxis = { ...room, title: "loss, lower is better" };
  return (
    <Figure
      title={title}
      summary={summaryOf(answer)}
      empty={best.length === 0 ? "No trial has completed with a loss yet." : null}
      table={() => tableOf(answer)}
      legend={<Legend />}
    >
      {(summaryId) => (
        <Plot
          height={height}
          axes={() => ({ x, y })}
          draw={(context, area, colours) => draw(context, area, colours, answer)}
          items={itemsOf(answer)}
          selection={selection}
          label="Improvements of the best loss"
          summaryId={summaryId}
        />
      )}
    </Figure>
  );
}

function draw(context: CanvasRenderingContext2D, area: Area, colours: Ink, { buckets, best }: HistoryAnswer): void {
  const blue = colours.series[0] ?? colours.text;
  clipped(context, area, () => {
    for (const [x0, x1, , min, q25, , q75, max] of buckets) {
      const left = area.x(x0);
      const width = Math.max(1, area.x(x1) - left);
      context.fillStyle = faint(blue, 0.12);
      context.fillRect(left, area.y(max), width, area.y(min) - area.y(max));
      context.fillStyle = faint(blue, 0.35);
      context.fillRect(left, area.y(q75), width, Math.max(1, area.y(q25) - area.y(q75)));
    }
    context.beginPath();
    for (const [x0, x1, , , , median] of buckets) context.lineTo(area.x((x0 + x1) / 2), area.y(median));
    context.strokeStyle = colours.text;
    context.lineWidth = 1.5;
    context.setLineDash([5, 3]);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    let at = NaN;
    for (const [x, loss] of best) {
      if (!Number.isNaN(at)) context.lineTo(area.x(x), at);
      at = area.y(loss);
      context.lineTo(area.x(x), at);
    }
    context.lineTo(area.left + area.width, at);
    context.strokeStyle = colours.series[1] ?? colours.text;
    context.lineWidth = 2;
    context.stroke();
  });
}

function itemsOf({ best, x }: HistoryAnswer): Items {
  return {
    n: best.length,
    x: (index) => best[index]?.[0] ?? NaN,
    y: (index) => best[index]?.[1] ?? NaN,
    trial: (index) => best[index]?.[2] ?? null,
    indexOf: (trial) => {
      const index = best.findIndex((one) => one[2] === trial);
      return index < 0 ? null : index;
    },
    tip: (index) => {
      const [at = 0, loss = NaN, trial = 0] = best[index] ?? [];
      const when: [string, string][] = x === "time" ? [["ended", clockTime(at)]] : [];
      return { title: `Trial ${count(trial)}`, rows: [["best loss so far", lossText(loss)], ...when] };
    },
  };
}

function Legend() {
  const { series, text } = ink().value;
  return (
    <>
      <LineKey colour={series[1] ?? text}>best so far</LineKey>
      <LineKey colour={text} dash="5 3" width={1.5}>median</LineKey>
      <Key mark={<rect width="18" height="12" fill={series[0]} opacity="0.4" />}>middle half</Key>
      <Key mark={<rect width="18" height="12" fill={series[0]} opacity="0.12" />}>best to worst</Key>
    </>
  );
}

function summaryOf({ best, n_used: n }: HistoryAnswer): string {
  const last = best[best.length - 1];
  if (!last) return "No trial has a loss yet.";
  return `${count(n)} trials with a loss. The best loss is ${lossText(last[1])}, reached by trial ${count(last[2])}.`;
}

function tableOf({ best, x }: HistoryAnswer): Table {
  const last = [...best].reverse();
  return {
    columns: ["best so far since trial", "loss", ...(x === "time" ? ["ended"] : [])],
    rows: last.map(([at, loss, trial]) => [count(trial), lossText(loss), ...(x === "time" ? [clockTime(at)] : [])]),
    total: last.length,
  };
}
