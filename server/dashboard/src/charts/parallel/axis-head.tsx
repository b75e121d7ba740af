// The name of an axis, which is dragged to move it and double-clicked to turn it over, and the menu with all that by keys.

import { useId, useRef } from "preact/hooks";
import { count } from "../../format/number";
import type { Selection } from "../../state/selection";
import { Label } from "../label";
import type { ParallelView } from "../props";
import { canLog } from "./axes";
import { toggleNotSet, toggleOption } from "./brushing";
import type { Layout, Placed } from "./layout";

export interface AxisHeadProps {
  layout: Layout;
  placed: Placed;
  /** Trials without a value on it. */
  missing: number;
  /** From the left, from 0. */
  position: number;
  selection: Selection;
  view: ParallelView;
  onView: (view: ParallelView) => void;
  /** Moves the axis to another position. */
  onMove: (to: number) => void;
}

export function AxisHead(props: AxisHeadProps) {
  const { layout, placed, position, view, onView, onMove } = props;
  const { axis, flipped } = placed;
  const id = useId();
  const head = useRef<HTMLDivElement>(null);
  const shown = axis.parameter === null ? (flipped ? "best at top" : "lower is better") : scaleText(placed);
  const dragged = useRef<{ from: number; by: number } | null>(null);
  const onPointerDown = (event: PointerEvent): void => {
    dragged.current = { from: event.clientX, by: 0 };
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!dragged.current || !head.current) return;
    dragged.current.by = event.clientX - dragged.current.from;
    head.current.style.translate = `calc(-50% + ${dragged.current.by}px) 0`;
  };
  const onPointerUp = (): void => {
    const by = dragged.current?.by ?? 0;
    dragged.current = null;
    if (head.current) head.current.style.translate = "";
    const to = Math.round(position + by / layout.gap);
    const last = layout.placed.length - 1;
    if (to !== position) onMove(Math.min(last, Math.max(0, to)));
  };
  return (
    <div class="axis-head" ref={head} style={{ left: `${placed.x}px`, width: `${layout.gap - 6}px` }}>
      <span
        class="axis-name"
        title={`${axis.label} – drag to move, double-click to turn over`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        onDblClick={() => onView(flip(view, axis.name))}
      >
        <Label text={axis.label} />
      </span>
      <button
        type="button"
        class="axis-menu"
        popovertarget={id}
        aria-label={`Axis ${axis.label}: ${shown}; scale, order and filter`}
      >
        {shown} <span aria-hidden="true">▾</span>
      </button>
      <AxisMenu {...props} id={id} />
    </div>
  );
}

function scaleText({ axis, flipped }: Placed): string {
  const scale = axis.kind === "category" ? "choice" : axis.log ? "log" : axis.integer ? "integer" : "linear";
  return flipped ? `${scale}, turned` : scale;
}

function flip(view: ParallelView, name: string): ParallelView {
  const flipped = view.flipped.includes(name) ? view.flipped.filter((other) => other !== name) : [...view.flipped, name];
  return { ...view, flipped };
}

function AxisMenu(props: AxisHeadProps & { id: string }) {
  const { id, layout, placed, missing, position, selection, view, onView, onMove } = props;
  const { axis } = placed;
  const brush = selection.brushes.value.get(axis.name);
  const setScale = (scale: "linear" | "log"): void => onView({ ...view, scales: { ...view.scales, [axis.name]: scale } });
  return (
    <div id={id} popover="auto" class="axis-sheet" onToggle={placeBelowButton} onKeyDown={(event) => event.key === "Escape" && event.stopPropagation()}>
      <strong>{axis.label}</strong>
      {canLog(axis) && (
        <button type="button" onClick={() => setScale(axis.log ? "linear" : "log")}>
          {axis.log ? "Linear scale" : "Log scale"}
        </button>
      )}
      <button type="button" onClick={() => onView(flip(view, axis.name))}>
        Turn over
      </button>
      <button type="button" disabled={position === 0} onClick={() => onMove(position - 1)}>
        Move left
      </button>
      <button type="button" disabled={position === layout.placed.length - 1} onClick={() => onMove(position + 1)}>
        Move right
      </button>
      <fieldset>
        <legend>Show only</legend>
        {axis.kind === "category" &&
          axis.options.map((option, at) => (
            <label class="check">
              <input
                type="checkbox"
                checked={brush?.options.has(at) ?? false}
                onChange={() => selection.brush(axis.name, toggleOption(brush, at))}
              />
              {option}
            </label>
          ))}
        <label class="check">
          <input
            type="checkbox"
            checked={brush?.notSet ?? false}
            onChange={() => selection.brush(axis.name, toggleNotSet(brush))}
          />
          {`${axis.missing} (${count(missing)})`}
        </label>
      </fieldset>
      <button type="button" disabled={!brush} onClick={() => selection.brush(axis.name, null)}>
        Clear filter
      </button>
    </div>
  );
}

/** A popover is above everything, so that the scrolling card does not cut it off; it has to be told where it belongs. */
function placeBelowButton(event: Event): void {
  const sheet = event.currentTarget as HTMLElement;
  const button = document.querySelector(`[popovertarget="${CSS.escape(sheet.id)}"]`);
  if (!button || !sheet.matches(":popover-open")) return;
  const { left, bottom } = button.getBoundingClientRect();
  sheet.style.left = `${Math.max(8, Math.min(left, innerWidth - sheet.offsetWidth - 8))}px`;
  sheet.style.top = `${Math.max(8, Math.min(bottom + 4, innerHeight - sheet.offsetHeight - 8))}px`;
}
