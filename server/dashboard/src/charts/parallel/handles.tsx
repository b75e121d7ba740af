// The ends of each brush as sliders: what dragging does, by keys. An axis without a brush has two at its ends.

import { valueAt, type Axis } from "../../raster/axis";
import type { Range } from "../../state/brush";
import type { Selection } from "../../state/selection";
import { valueText, lossText } from "../trial-tip";
import { movedByKey, rangeOf, spanOf, withRange } from "./brushing";
import { yOf, type Layout, type Placed } from "./layout";

const EVERYTHING: Range = [-Infinity, Infinity];

export function Handles({ layout, selection }: { layout: Layout; selection: Selection }) {
  const brushes = selection.brushes.value;
  return (
    <>
      {layout.placed
        .filter(({ axis }) => axis.kind === "number")
        .flatMap((placed) => {
          const ranges = brushes.get(placed.axis.name)?.ranges ?? [];
          const shown = ranges.length > 0 ? ranges : [EVERYTHING];
          return shown.flatMap((range, part) =>
            ([0, 1] as const).map((end) => (
              <Handle
                key={`${placed.axis.name} ${part} ${end}`}
                layout={layout}
                placed={placed}
                selection={selection}
                range={range}
                part={part}
                end={end}
                active={ranges.length > 0}
              />
            )),
          );
        })}
    </>
  );
}

interface HandleProps {
  layout: Layout;
  placed: Placed;
  selection: Selection;
  range: Range;
  part: number;
  /** 0: the low end. */
  end: 0 | 1;
  active: boolean;
}

function Handle({ layout, placed, selection, range, part, end, active }: HandleProps) {
  const { axis } = placed;
  const span = spanOf(axis, range);
  const place = span[end];
  const value = valueAt(axis, place);
  const onKeyDown = (event: KeyboardEvent): void => {
    const brush = selection.brushes.peek().get(axis.name);
    if (event.key === "Delete" || event.key === "Backspace") selection.brush(axis.name, null);
    else {
      const moved = movedByKey(axis, place, event.key);
      if (moved === null) return;
      const next: [number, number] = end === 0 ? [Math.min(moved, span[1]), span[1]] : [span[0], Math.max(moved, span[0])];
      selection.brush(axis.name, withRange(brush, part, rangeOf(axis, next)));
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class={active ? "axis-handle active" : "axis-handle"}
      role="slider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`${axis.label}, ${end === 0 ? "lowest" : "highest"} shown`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(place * 100)}
      aria-valuetext={endText(axis, value, range[end])}
      style={{ left: `${placed.x}px`, top: `${yOf(layout, placed, place)}px` }}
      onKeyDown={onKeyDown}
    />
  );
}

function endText(axis: Axis, value: number, end: number): string {
  if (!Number.isFinite(end)) return "no limit";
  return axis.parameter ? valueText(axis.parameter, value) : lossText(value);
}
