import type { StudyDetail } from "../api/types";
import { StepButtons } from "../parts/step-buttons";
import { navigate, studyUrl } from "../state/route";
import type { StudyStore } from "../state/study-store";
import { TrialView } from "./trial/trial-view";

/** A trial on a page of its own. */
export function Trial({ store, detail, number }: { store: StudyStore; detail: StudyDetail; number: number }) {
  return (
    <>
      <StepButtons
        detail={detail}
        number={number}
        onStep={(next) => navigate(studyUrl(store.project, store.name, `t/${next}`))}
      />
      <TrialView key={number} store={store} detail={detail} number={number} isPage />
    </>
  );
}
