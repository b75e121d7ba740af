// The study that is open: there is one at most, and one stream. Its selection and the URL are kept the same.

import { computed, effect, signal } from "@preact/signals";
import { path, replaceQuery, route } from "./route";
import { StudyStore } from "./study-store";
import { entered } from "./token";

const URL_WAIT_MS = 150;
const SELECTION_KEYS = ["b", "top", "t", "pick"];

export const currentStudy = signal<StudyStore | null>(null);

const wantedStudy = computed(() => {
  const at = route.value;
  return "study" in at ? `${at.project}/${at.study}` : null;
});

/** Opens and closes stores as the page is moved about; an entered token opens the study anew. */
export function followStudy(): void {
  effect(() => {
    entered.value;
    const key = wantedStudy.value;
    if (key === null) {
      currentStudy.value = null;
      return;
    }
    const slash = key.indexOf("/");
    const store = new StudyStore(key.slice(0, slash), key.slice(slash + 1));
    store.start();
    currentStudy.value = store;
    return () => store.stop();
  });
  effect(() => {
    const store = currentStudy.value;
    return store ? followSelection(store) : undefined;
  });
}

/** Pages that say themselves what their query means. */
function hasOwnQuery(): boolean {
  const { page } = route.peek();
  return page === "compare" || page === "trial";
}

function followSelection(store: StudyStore): () => void {
  let timer = 0;
  const readUrl = (): void => {
    const query = new URLSearchParams(location.search);
    if (!hasOwnQuery() && SELECTION_KEYS.some((key) => query.has(key))) store.selection.read(query);
  };
  const unread = effect(() => {
    path.value;
    readUrl();
  });
  const unwrite = effect(() => {
    path.value;
    const query = new URLSearchParams();
    store.selection.write(query);
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (!hasOwnQuery()) replaceQuery((now) => store.selection.write(now));
    }, URL_WAIT_MS);
  });
  window.addEventListener("popstate", readUrl);
  return () => {
    clearTimeout(timer);
    unread();
    unwrite();
    window.removeEventListener("popstate", readUrl);
  };
}
