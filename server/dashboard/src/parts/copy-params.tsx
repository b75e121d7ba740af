import type { Params } from "../api/types";
import { copyText, written, type CopyForm } from "./copy";

const FORMS: readonly (readonly [CopyForm, string])[] = [
  ["json", "JSON"],
  ["flags", "CLI flags"],
  ["python", "Python"],
];

/** Buttons that copy parameters; `whose` says which, for those who hear the page. */
export function CopyParams({ params, whose }: { params: Params; whose: string }) {
  return (
    <div class="group" role="group" aria-label={`Copy parameters of ${whose} as`}>
      {FORMS.map(([form, word]) => (
        <button
          key={form}
          type="button"
          title={`Copy parameters as ${word}`}
          onClick={() => void copyText(written(params, form), `parameters as ${word}`)}
        >
          {word}
        </button>
      ))}
    </div>
  );
}
