// The rows in view, and two spaces as high as those above and below.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { SortHeader } from "../../parts/sort-header";
import type { Selection } from "../../state/selection";
import type { TrialColumn } from "./columns";
import type { TrialPages } from "./trial-pages";
import { TableRow } from "./table-row";

const ROW_HEIGHT = 28;
/** Rows beyond the edges, so that scrolling does not outrun them. */
const SPARE_ROWS = 10;
const HEAD_HEIGHT = 32;

interface TrialsTableProps {
  pages: TrialPages;
  columns: readonly TrialColumn[];
  filter: string;
  sort: string;
  selection: Selection;
  onSort: (key: string) => void;
}

export function TrialsTable({ pages, columns, filter, sort, selection, onSort }: TrialsTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [first, last, follow] = useVisibleRows(scroller);
  const [cursor, setCursor] = useState(-1);
  const matched = pages.matched.value ?? 0;
  pages.version.value;
  const to = Math.min(last, matched);
  const from = Math.min(first, to);
  useEffect(() => pages.look(first, Math.max(first, last - 1)), [first, last, matched]);

  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    setCursor(-1);
  }, [filter, sort]);

  const above = pages.above.value;
  const aboveBefore = useRef(above);
  useLayoutEffect(() => {
    const more = above - aboveBefore.current;
    aboveBefore.current = above;
    const box = scroller.current;
    if (more <= 0 || !box || box.scrollTop === 0) return;
    box.scrollTop += more * ROW_HEIGHT;
    setCursor((row) => (row < 0 ? row : row + more));
  }, [above]);

  const move = (to: number): void => {
    const row = Math.max(0, Math.min(matched - 1, to));
    setCursor(row);
    const box = scroller.current;
    if (!box) return;
    const top = row * ROW_HEIGHT;
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + ROW_HEIGHT + HEAD_HEIGHT > box.scrollTop + box.clientHeight) {
      box.scrollTop = top + ROW_HEIGHT + HEAD_HEIGHT - box.clientHeight;
    }
  };
  const onKey = (event: KeyboardEvent): void => {
    const box = scroller.current;
    if (!box || event.target !== box) return;
    const page = Math.floor((box.clientHeight - HEAD_HEIGHT) / ROW_HEIGHT);
    const trial = pages.row(cursor)?.number;
    if (event.key === "ArrowDown") move(cursor + 1);
    else if (event.key === "ArrowUp") move(cursor - 1);
    else if (event.key === "PageDown") move(cursor + page);
    else if (event.key === "PageUp") move(cursor - page);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(matched - 1);
    else if (event.key === "Enter" && trial !== undefined) selection.click(trial);
    else if (event.key === " " && trial !== undefined) selection.click(trial, true);
    else return;
    event.preventDefault();
  };
  const picked = selection.picked.value;
  const focused = selection.focused.value;
  return (
    <div
      class="card flush rows"
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="Trials; arrow keys move along the rows"
      onScroll={follow}
      onKeyDown={onKey}
    >
      <table aria-rowcount={matched + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" style={{ width: "40px" }}>
              <span class="visually-hidden">Picked</span>
            </th>
            {columns.map((column) =>
              column.isSortable ? (
                <SortHeader
                  key={column.key}
                  word={column.word}
                  number={column.isNumber}
                  width={column.width}
                  sorted={sort === column.key ? false : sort === `-${column.key}` ? true : null}
                  onSort={() => onSort(column.key)}
                />
              ) : (
                <th key={column.key} scope="col" class={column.isNumber ? "num" : ""} style={{ width: `${column.width}px` }}>
                  {column.word}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          <Space rows={from} columns={columns.length + 1} />
          {Array.from({ length: to - from }, (_, index) => from + index).map((index) => {
            const row = pages.row(index);
            return (
              <TableRow
                key={index}
                index={index}
                row={row}
                columns={columns}
                isPicked={row !== undefined && picked.has(row.number)}
                isOpen={row !== undefined && row.number === focused}
                isCursor={index === cursor}
                selection={selection}
                onCursor={setCursor}
              />
            );
          })}
          <Space rows={matched - to} columns={columns.length + 1} />
        </tbody>
      </table>
      {pages.matched.value === 0 && <p class="nothing">no trial matches</p>}
    </div>
  );
}

function Space({ rows, columns }: { rows: number; columns: number }) {
  if (rows <= 0) return null;
  return (
    <tr class="space" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  );
}

/** The first and the last row that can be seen, with some to spare; they change in steps, so that scrolling is cheap. */
function useVisibleRows(scroller: { current: HTMLDivElement | null }): [number, number, () => void] {
  const [range, setRange] = useState<[number, number]>([0, 50]);
  const follow = (): void => {
    const box = scroller.current;
    if (!box) return;
    const top = Math.floor(box.scrollTop / ROW_HEIGHT / SPARE_ROWS) * SPARE_ROWS;
    const rows = Math.ceil(box.clientHeight / ROW_HEIGHT / SPARE_ROWS) * SPARE_ROWS;
    const next: [number, number] = [Math.max(0, top - SPARE_ROWS), top + rows + 2 * SPARE_ROWS];
    setRange((now) => (now[0] === next[0] && now[1] === next[1] ? now : next));
  };
  useEffect(() => {
    follow();
    const observer = new ResizeObserver(follow);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  return [range[0], range[1], follow];
}
