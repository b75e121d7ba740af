// A trial beside whatever page it was clicked on. The page stays usable; Escape closes the drawer.

import { useEffect, useRef } from "preact/hooks";
import type { StudyDetail } from "../api/types";
import { TrialView } from "../pages/trial/trial-view";
import { studyUrl } from "../state/route";
import type { StudyStore } from "../state/study-store";
import { StepButtons } from "./step-buttons";

export function TrialDrawer({ store, detail }: { store: StudyStore; detail: StudyDetail }) {
  const { selection } = store;
  const number = selection.focused.value;
  const isOpen = number !== null;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const before = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [isOpen]);
  if (number === null) return null;
  return (
    <aside class="drawer stack" ref={panel} tabIndex={-1} aria-label={`Trial ${number}`}>
      <div class="row">
        <StepButtons detail={detail} number={number} onStep={(next) => (selection.focused.value = next)} />
        <a class="button" href={studyUrl(store.project, store.name, `t/${number}`)}>
          Own page
        </a>
        <button type="button" class="push" onClick={() => (selection.focused.value = null)}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <TrialView key={number} store={store} detail={detail} number={number} />
    </aside>
  );
}
