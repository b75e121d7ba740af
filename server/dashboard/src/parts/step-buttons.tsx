import { useEffect } from "preact/hooks";
import type { StudyDetail } from "../api/types";
import { allTrials } from "./progress";
import { isTyping } from "./shortcuts";

interface StepButtonsProps {
  detail: StudyDetail;
  number: number;
  onStep: (number: number) => void;
}

/** To the trials before and after, also with `k` and `j`. */
export function StepButtons({ detail, number, onStep }: StepButtonsProps) {
  const last = allTrials(detail.counts) - 1;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "j" && number < last) onStep(number + 1);
      if (event.key === "k" && number > 0) onStep(number - 1);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [number, last, onStep]);
  return (
    <div class="row">
      <button type="button" disabled={number <= 0} onClick={() => onStep(number - 1)}>
        Previous <kbd>k</kbd>
      </button>
      <button type="button" disabled={number >= last} onClick={() => onStep(number + 1)}>
        Next <kbd>j</kbd>
      </button>
    </div>
  );
}
