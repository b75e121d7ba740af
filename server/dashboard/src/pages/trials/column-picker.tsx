import { Menu } from "../../parts/menu";
import { shownColumns } from "../../state/settings";
import type { TrialColumn } from "./columns";

interface ColumnPickerProps {
  /** The study's, under which the choice is kept. */
  id: string;
  columns: readonly TrialColumn[];
  shown: readonly TrialColumn[];
}

export function ColumnPicker({ id, columns, shown }: ColumnPickerProps) {
  const keys = shown.map(({ key }) => key);
  const choose = (key: string, isShown: boolean): void => {
    const next = isShown ? [...keys, key] : keys.filter((other) => other !== key);
    shownColumns.value = { ...shownColumns.value, [id]: next };
  };
  const reset = (): void => {
    const { [id]: _, ...others } = shownColumns.value;
    shownColumns.value = others;
  };
  return (
    <Menu label="Columns">
      {() => (
        <>
          {columns.map(({ key, word }) => (
            <label key={key} class="check">
              <input
                type="checkbox"
                checked={keys.includes(key)}
                disabled={key === "number"}
                onChange={(event) => choose(key, event.currentTarget.checked)}
              />
              {word === "#" ? "Number" : word}
            </label>
          ))}
          <button type="button" onClick={reset}>
            As at first
          </button>
        </>
      )}
    </Menu>
  );
}
