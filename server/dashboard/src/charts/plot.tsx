// A drawing with an x and a y: painted, hovered, stepped through by keys, and zoomed along x.

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Selection } from "../state/selection";
import { areaOf, drawFrame, type Area, type PlotAxis } from "./frame";
import { ink, type Ink } from "./ink";
import { useGestures } from "./plot-gestures";
import { useSurface } from "./surface";
import { Tip, type TipContent } from "./tip";

/** What can be pointed at, in the order in which keys step through it. */
export interface Items {
  n: number;
  /** Values on the axes; NaN is not there. */
  x(index: number): number;
  y(index: number): number;
  /** The trial that it is of, if it is of one. */
  trial(index: number): number | null;
  /** The item of a trial, if it is here. */
  indexOf(trial: number): number | null;
  tip(index: number): TipContent;
}

export interface PlotProps {
  height: number;
  /** Called at each painting. */
  axes: () => { x: PlotAxis; y: PlotAxis };
  draw: (context: CanvasRenderingContext2D, area: Area, ink: Ink) => void;
  /** Reads the signals that the drawing depends on; see `SurfaceOptions`. */
  now?: () => unknown;
  live?: () => unknown;
  items?: Items;
  selection?: Selection | undefined;
  /** Told the ends of x that somebody drags over, and null at a double click; without it there is no zooming. */
  onZoom?: (ends: readonly [number, number] | null) => void;
  label: string;
  summaryId: string;
}

export function Plot(props: PlotProps) {
  const { height, axes, draw, now, live, items, selection, onZoom, label, summaryId } = props;
  const held = useMemo(() => ({ area: null as Area | null }), []);
  const cursor = useSignal<number | null>(null);
  const said = useSignal("");
  const chosen = useSignal<readonly [number, number] | null>(null);
  const base = useSurface(
    (context, size) => {
      const { x, y } = axes();
      const area = areaOf(context, size, x, y);
      held.area = area;
      drawFrame(context, area, x, y, ink().value);
      draw(context, area, ink().value);
    },
    { now: () => now?.(), live: () => live?.() },
  );
  const over = useSurface((context) => held.area && drawOver(context, held.area, ink().value, props, cursor.value, chosen.value), {
    now: () => [cursor.value, chosen.value, selection?.hovered.value, selection?.focused.value, selection?.picked.value, now?.()],
    live: () => live?.(),
  });
  const gestures = useGestures({ held, items, selection, onZoom, cursor, said, chosen });
  const at = cursor.value;
  const area = held.area;
  return (
    <div class="chart-area" style={{ height: `${height}px` }} {...gestures.pointer}>
      <canvas ref={base} aria-hidden="true" />
      <canvas ref={over} aria-hidden="true" />
      {items && (
        <div
          class="chart-focus"
          role="group"
          tabIndex={0}
          aria-label={`${label}: arrow keys step through it${selection ? ", Enter opens a trial" : ""}`}
          aria-describedby={summaryId}
          {...gestures.keys}
        />
      )}
      {at !== null && items && area && at < items.n && (
        <Tip
          content={items.tip(at)}
          x={area.x(items.x(at))}
          y={area.y(items.y(at))}
          width={area.left + area.width}
          height={height}
        />
      )}
      <p class="visually-hidden" aria-live="polite">
        {said.value}
      </p>
    </div>
  );
}

/** Rings around what is pointed at, open and picked, and the part that is being zoomed to. */
function drawOver(
  context: CanvasRenderingContext2D,
  area: Area,
  colours: Ink,
  { items, selection }: PlotProps,
  cursor: number | null,
  chosen: readonly [number, number] | null,
): void {
  if (chosen) {
    const [from, to] = [Math.min(...chosen), Math.max(...chosen)];
    context.fillStyle = colours.series[0] ?? colours.text;
    context.globalAlpha = 0.15;
    context.fillRect(from, area.top, to - from, area.height);
    context.globalAlpha = 1;
  }
  if (!items) return;
  const ring = (index: number | null, colour: string, radius: number): void => {
    if (index === null || index >= items.n) return;
    const [x, y] = [area.x(items.x(index)), area.y(items.y(index))];
    if (!(x >= area.left - 2 && x <= area.left + area.width + 2)) return;
    const within = Math.min(area.top + area.height, Math.max(area.top, y));
    for (const [width, stroke] of [[5, colours.surface], [2, colour]] as const) {
      context.beginPath();
      context.arc(x, within, radius, 0, 2 * Math.PI);
      context.lineWidth = width;
      context.strokeStyle = stroke;
      context.stroke();
    }
  };
  const of = (trial: number | null | undefined): number | null => (trial === null || trial === undefined ? null : items.indexOf(trial));
  for (const trial of selection?.picked.value ?? []) ring(of(trial), colours.series[3] ?? colours.text, 6);
  ring(of(selection?.focused.value), colours.series[0] ?? colours.text, 7);
  ring(cursor ?? of(selection?.hovered.value), colours.text, 6);
}
