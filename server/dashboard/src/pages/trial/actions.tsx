import { useState } from "preact/hooks";
import { send } from "../../api/client";
import type { StudyDetail, TrialDetail } from "../../api/types";
import { Confirm } from "../../parts/dialog";
import { say, sayProblem } from "../../parts/toasts";
import { mayControl } from "../../state/server";
import { navigate, studyUrl } from "../../state/route";
import type { StudyStore } from "../../state/study-store";
import { Variation } from "./variation";

interface TrialActionsProps {
  store: StudyStore;
  detail: StudyDetail;
  trial: TrialDetail;
}

/** Try again, try something like it, or give it up; and pick it to be compared. */
export function TrialActions({ store, detail, trial }: TrialActionsProps) {
  const [open, setOpen] = useState<"variation" | "cancel" | null>(null);
  const { selection } = store;
  const isPicked = selection.picked.value.has(trial.number);
  const hasEnded = trial.state !== "queued" && trial.state !== "running";
  const isOpen = detail.state === "active" || detail.state === "paused";
  const retry = async (): Promise<void> => {
    try {
      const { number } = await send<{ number: number }>("POST", `${store.path}/trials/${trial.number}/retry`);
      say(`trial ${trial.number} is tried again as trial ${number}`);
      navigate(studyUrl(store.project, store.name, `t/${number}`));
    } catch (error) {
      sayProblem(error);
    }
  };
  const cancel = async (): Promise<void> => {
    try {
      await send("POST", `${store.path}/trials/${trial.number}/cancel`);
      say(`trial ${trial.number} is cancelled`);
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <div class="row">
      <button type="button" aria-pressed={isPicked} onClick={() => selection.click(trial.number, true)}>
        {isPicked ? "Picked" : "Pick"}
      </button>
      {mayControl() && isOpen && (
        <>
          {hasEnded && (
            <button type="button" onClick={() => void retry()}>
              Retry
            </button>
          )}
          <button type="button" onClick={() => setOpen("variation")}>
            Variation…
          </button>
          {!hasEnded && (
            <button type="button" class="danger" onClick={() => setOpen("cancel")}>
              Cancel trial
            </button>
          )}
        </>
      )}
      {open === "variation" && (
        <Variation store={store} detail={detail} params={trial.params} of={trial.number} onClose={() => setOpen(null)} />
      )}
      {open === "cancel" && (
        <Confirm
          title={`Cancel trial ${trial.number}?`}
          text="It ends for good, and its worker is told to stop it. What it has worked out so far is lost."
          action="Cancel trial"
          onClose={() => setOpen(null)}
          onConfirm={() => void cancel()}
        />
      )}
    </div>
  );
}
