// What all charts have around the drawing: a heading, what is good, tools, a sentence that tells what is to be seen,
// and the same as a table.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { count } from "../format/number";

/** A drawing as rows; those that are not shown are counted. */
export interface Table {
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  /** How many rows there are, shown or not. */
  total: number;
}

export const MOST_TABLE_ROWS = 200;

export interface FigureProps {
  title: string;
  /** Units and direction, for instance `loss, lower is better`. */
  note?: string;
  /** One sentence for those who do not see the drawing. */
  summary: string;
  /** A sentence instead of the drawing, when there is nothing to draw. */
  empty: string | null;
  table?: () => Table;
  tools?: ComponentChildren;
  legend?: ComponentChildren;
  children: (summaryId: string) => ComponentChildren;
}

export function Figure(props: FigureProps) {
  const { title, note, summary, empty, table, tools, legend, children } = props;
  const asTable = useSignal(false);
  const id = useId();
  const shown = empty === null;
  return (
    <figure class="chart" aria-labelledby={`${id}t`}>
      <figcaption class="chart-head">
        <h2 id={`${id}t`}>{title}</h2>
        {note && <span class="chart-note">{note}</span>}
        {shown && (
          <div class="chart-tools">
            {!asTable.value && tools}
            {table && (
              <button
                type="button"
                class="chart-tool"
                aria-pressed={asTable.value}
                aria-label={`View “${title}” as a table`}
                onClick={() => (asTable.value = !asTable.value)}
              >
                Table
              </button>
            )}
          </div>
        )}
      </figcaption>
      <p id={`${id}s`} class="visually-hidden">
        {empty ?? summary}
      </p>
      {!shown && <p class="chart-empty">{empty}</p>}
      {shown && asTable.value && table && <TableTwin table={table()} title={title} />}
      {shown && !asTable.value && children(`${id}s`)}
      {shown && !asTable.value && legend && <div class="chart-legend">{legend}</div>}
    </figure>
  );
}

function TableTwin({ table, title }: { table: Table; title: string }) {
  const rows = table.rows.slice(0, MOST_TABLE_ROWS);
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <table>
        {rows.length < table.total && (
          <caption>
            The first {count(rows.length)} of {count(table.total)} rows
          </caption>
        )}
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A mark and what it means. */
export function Key({ mark, children }: { mark: ComponentChildren; children: ComponentChildren }) {
  return (
    <span class="chart-key">
      <svg width="18" height="12" viewBox="0 0 18 12" aria-hidden="true">
        {mark}
      </svg>
      {children}
    </span>
  );
}

export function LineKey({ colour, dash, width = 2, children }: {
  colour: string;
  dash?: string;
  width?: number;
  children: ComponentChildren;
}) {
  return (
    <Key mark={<line x1="0" y1="6" x2="18" y2="6" stroke={colour} stroke-width={width} stroke-dasharray={dash ?? "none"} />}>
      {children}
    </Key>
  );
}
