import { download } from "../../api/client";
import { Menu } from "../../parts/menu";
import { sayProblem } from "../../parts/toasts";
import type { StudyStore } from "../../state/study-store";

const FORMS: readonly (readonly [ending: string, word: string])[] = [
  ["csv", "CSV, for spreadsheets"],
  ["jsonl", "JSON lines, one a trial"],
  ["arrow", "Arrow, for polars and pandas"],
];

export function Downloads({ store }: { store: StudyStore }) {
  const save = async (ending: string): Promise<void> => {
    try {
      await download(`${store.path}/export.${ending}`, `${store.name}.${ending}`);
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <Menu label="Download">
      {(close) =>
        FORMS.map(([ending, word]) => (
          <button
            key={ending}
            type="button"
            onClick={() => {
              close();
              void save(ending);
            }}
          >
            {word}
          </button>
        ))
      }
    </Menu>
  );
}
