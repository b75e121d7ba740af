// Trials over two parameters, in the colours of their ranks.

import type { RankAnswer } from "../api/aggregates";
import type { Parameter } from "../api/types";
import { counted, percent } from "../format/number";
import { Awaited, methodText, usedText } from "./awaited";
import { Figure, type Table } from "./figure";
import { clipped } from "./frame";
import { pairAxis } from "./pair-axes";
import { Plot } from "./plot";
import { ALONG_Y, besides, drawDots, pointItems, type PointSet } from "./points";
import type { RankProps } from "./props";
import { css } from "./ramp";
import { RampKey } from "./ramp-key";
import { valueText } from "./trial-tip";

export function Rank({ answer, x: px, y: py, selection, title = `Rank over ${px.label} × ${py.label}`, height = 320 }: RankProps) {
  if (answer === null) return <Awaited title={title} height={height} />;
  const points = bestLast(answer.points);
  const [x, y] = [pairAxis(px), pairAxis(py)];
  const place = (index: number): [number, number] => {
    const trial = points.trial[index] ?? 0;
    return [besides(x, points.x[index] ?? NaN, trial), besides(y, points.y[index] ?? NaN, trial, ALONG_Y)];
  };
  const items = pointItems(points, (index) => [
    [px.label, valueText(px, points.x[index] ?? NaN)],
    [py.label, valueText(py, points.y[index] ?? NaN)],
    ["rank", rankText(points.rank[index] ?? NaN)],
  ], place);
  const { length } = points.trial;
  return (
    <Figure
      title={title}
      note={["rank of the loss", usedText(answer)].filter(Boolean).join("; ")}
      summary={`${counted(length, "trial")} over ${px.label} and ${py.label}, coloured by the rank of their loss. ${methodText(answer)}`}
      empty={length === 0 ? `No completed trial has both ${px.label} and ${py.label} set.` : null}
      table={() => tableOf(points, px, py)}
      legend={<RampKey>rank of loss:</RampKey>}
    >
      {(summaryId) => (
        <Plot
          height={height}
          axes={() => ({ x, y })}
          draw={(context, area, colours) =>
            clipped(context, area, () =>
              drawDots(context, area, length, place, (index) => css(colours.rank(points.rank[index] ?? 1), 0.85), 3),
            )
          }
          items={items}
          selection={selection}
          label={`Trials over ${px.label} and ${py.label}`}
          summaryId={summaryId}
        />
      )}
    </Figure>
  );
}

type Ranked = PointSet & { rank: readonly number[] };

/** The best are drawn last, on top of the others. */
function bestLast(points: RankAnswer["points"]): Ranked {
  const order = points.trial.map((_, index) => index).sort((a, b) => (points.rank[b] ?? 1) - (points.rank[a] ?? 1));
  const sorted = (values: readonly number[]): number[] => order.map((index) => values[index] ?? NaN);
  return { trial: sorted(points.trial), x: sorted(points.x), y: sorted(points.y), rank: sorted(points.rank) };
}

function rankText(rank: number): string {
  return rank === 0 ? "the best" : `best ${percent(Math.max(rank, 0.001))}`;
}

function tableOf(points: Ranked, x: Parameter, y: Parameter): Table {
  const rows = points.trial.map((trial, index) => [
    trial, valueText(x, points.x[index] ?? NaN), valueText(y, points.y[index] ?? NaN), rankText(points.rank[index] ?? 1),
  ]);
  return { columns: ["trial", x.label, y.label, "rank"], rows: rows.reverse().slice(0, 200), total: points.trial.length };
}
