interface SortHeaderProps {
  word: string;
  number?: boolean;
  /** Whether the table is sorted by this, and downwards; null: by something else. */
  sorted: boolean | null;
  onSort: () => void;
  width?: number;
}

export function SortHeader({ word, number, sorted, onSort, width }: SortHeaderProps) {
  const direction = sorted === null ? undefined : sorted ? "descending" : "ascending";
  return (
    <th
      scope="col"
      class={number ? "num" : ""}
      aria-sort={direction}
      style={width === undefined ? undefined : { width: `${width}px` }}
    >
      <button type="button" onClick={onSort} title={`Sort by ${word}`}>
        {word}
        {sorted !== null && <span aria-hidden="true">{sorted ? "↓" : "↑"}</span>}
      </button>
    </th>
  );
}
