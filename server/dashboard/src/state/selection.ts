// What is selected in one study: one model, shared by all charts and the table, and kept in the URL.
// Axes are named `loss`, `number`, `state`, `duration`, `p.LABEL` and `m.NAME`.

import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import { isEmpty, readBrush, writeBrush, type Brush } from "./brush";
import type { ColumnSet } from "./columnset";
import { maskOf, type Mask } from "./mask";

export class Selection {
  /** Filters by axis: a trial passes if it passes on every axis. */
  readonly brushes = signal<ReadonlyMap<string, Brush>>(new Map());
  /** Only the best so many percent of the completed trials; 100 is all trials. */
  readonly topPercent = signal(100);
  /** The trial whose drawer is open. */
  readonly focused = signal<number | null>(null);
  /** The trial under the pointer or the keyboard's cursor, in whichever chart. */
  readonly hovered = signal<number | null>(null);
  /** Trials picked to be compared, in the order of picking. */
  readonly picked = signal<ReadonlySet<number>>(new Set());

  readonly #columns = signal<ColumnSet | null>(null);

  /** Whether anything filters. */
  readonly active: ReadonlySignal<boolean> = computed(
    () => this.brushes.value.size > 0 || this.topPercent.value < 100,
  );

  /** Which rows pass, one byte a trial; computed once for each change, and for all who ask. */
  readonly mask: ReadonlySignal<Mask> = computed(() =>
    maskOf(this.#columns.value, this.brushes.value, this.topPercent.value),
  );

  /** The columns that brushes are tested on; they belong to the study's store. */
  attach(columns: ColumnSet | null): void {
    this.#columns.value = columns;
  }

  /** Whether trial `i` passes all filters. */
  matches(i: number): boolean {
    return this.mask.value.bytes[i] === 1;
  }

  /** Sets one axis' filter; an empty one takes it away. */
  brush(axis: string, brush: Brush | null): void {
    const next = new Map(this.brushes.value);
    if (brush === null || isEmpty(brush)) next.delete(axis);
    else next.set(axis, brush);
    this.brushes.value = next;
  }

  /** A click on a trial opens it; with `add` (shift) it is picked for comparison, or put back. */
  click(trial: number, add = false): void {
    if (!add) {
      this.focused.value = trial;
      return;
    }
    const next = new Set(this.picked.value);
    if (!next.delete(trial)) next.add(trial);
    this.picked.value = next;
  }

  /** Takes all filters and picks away; what Escape does when no drawer is open. */
  clear(): void {
    batch(() => {
      this.brushes.value = new Map();
      this.topPercent.value = 100;
      this.picked.value = new Set();
    });
  }

  /** Writes the selection into a query: `b=AXIS:BRUSH`, `top=`, `t=` and `pick=`. */
  write(query: URLSearchParams): void {
    for (const key of ["b", "top", "t", "pick"]) query.delete(key);
    for (const [axis, brush] of this.brushes.value) query.append("b", `${axis}:${writeBrush(brush)}`);
    if (this.topPercent.value < 100) query.set("top", String(this.topPercent.value));
    if (this.focused.value !== null) query.set("t", String(this.focused.value));
    if (this.picked.value.size > 0) query.set("pick", [...this.picked.value].join(","));
  }

  /** The inverse of `write`. */
  read(query: URLSearchParams): void {
    const brushes = new Map<string, Brush>();
    for (const item of query.getAll("b")) {
      const colon = item.lastIndexOf(":");
      const brush = readBrush(item.slice(colon + 1));
      if (colon > 0 && !isEmpty(brush)) brushes.set(item.slice(0, colon), brush);
    }
    const top = Number(query.get("top") ?? 100);
    const focused = query.get("t");
    batch(() => {
      this.brushes.value = brushes;
      this.topPercent.value = top > 0 && top <= 100 ? top : 100;
      this.focused.value = focused !== null && /^\d+$/.test(focused) ? Number(focused) : null;
      this.picked.value = new Set(numbersIn(query.get("pick")));
    });
  }
}

/** The numbers of trials in `1,5,9`. */
export function numbersIn(text: string | null): number[] {
  return (text ?? "").split(",").filter((part) => /^\d+$/.test(part)).map(Number);
}
