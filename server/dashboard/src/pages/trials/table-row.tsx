import type { TrialRow } from "../../api/types";
import type { Selection } from "../../state/selection";
import type { TrialColumn } from "./columns";

interface TableRowProps {
  index: number;
  /** Not there while it is fetched. */
  row: TrialRow | undefined;
  columns: readonly TrialColumn[];
  isPicked: boolean;
  isOpen: boolean;
  isCursor: boolean;
  selection: Selection;
  onCursor: (index: number) => void;
}

export function TableRow({ index, row, columns, isPicked, isOpen, isCursor, selection, onCursor }: TableRowProps) {
  const look = `${isPicked || isOpen ? "chosen" : ""} ${isCursor ? "cursor" : ""}`;
  if (!row) {
    return (
      <tr aria-rowindex={index + 2} class={look}>
        <td colSpan={columns.length + 1} class="muted">
          …
        </td>
      </tr>
    );
  }
  const onClick = (event: MouseEvent): void => {
    onCursor(index);
    if ((event.target as Element).closest("input, a")) return;
    if (event.shiftKey) window.getSelection()?.removeAllRanges();
    selection.click(row.number, event.shiftKey || event.ctrlKey || event.metaKey);
  };
  return (
    <tr aria-rowindex={index + 2} class={look} onClick={onClick}>
      <td>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Pick trial ${row.number}`}
          checked={isPicked}
          onChange={() => selection.click(row.number, true)}
        />
      </td>
      {columns.map(({ key, isNumber, cell, title }) => (
        <td key={key} class={isNumber ? "num" : ""} title={title?.(row)}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}
