// A study's frame: its name, how it stands and what can be done, above whichever of its pages is open.

import { useEffect } from "preact/hooks";
import type { StudyDetail } from "../api/types";
import { count } from "../format/number";
import { currentStudy } from "../state/current-study";
import { route, studyUrl, type StudyPageName } from "../state/route";
import type { StudyStore } from "../state/study-store";
import { LiveDot } from "../parts/live-dot";
import { StudyPill } from "../parts/pill";
import { ProblemNote } from "../parts/problem-note";
import { allTrials } from "../parts/progress";
import { SelectionChips } from "../parts/selection-chips";
import { Skeleton } from "../parts/skeleton";
import { TrialDrawer } from "../parts/trial-drawer";
import { Analysis } from "./analysis";
import { Compare } from "./compare";
import { NotFound } from "./not-found";
import { Overview } from "./overview";
import { StudyControls } from "./study-controls";
import { Trial } from "./trial";
import { Trials } from "./trials";

const TABS: readonly (readonly [page: StudyPageName, path: string, word: string])[] = [
  ["overview", "", "Overview"],
  ["analysis", "analysis", "Analysis"],
  ["trials", "trials", "Trials"],
  ["compare", "compare", "Compare"],
];

export function Study() {
  const store = currentStudy.value;
  const at = route.value;
  const detail = store?.detail.value ?? null;
  const name = "study" in at ? at.study : "";
  const page = at.page === "trial" ? `Trial ${at.trial ?? ""}` : at.page;
  useEffect(() => {
    document.title = `${page === "overview" ? "" : `${page[0]?.toUpperCase()}${page.slice(1)} · `}${name} · Tunewright`;
  }, [name, page]);
  if (!store || !("study" in at)) return null;
  const problem = store.problem.value;
  if (problem?.status === 404) return <NotFound what="study" detail={problem.message} />;
  return (
    <>
      <header class="stack study-head">
        <div class="head">
          <div class="grow">
            <p class="crumb">
              <a href="/">Studies</a> / {store.project}
            </p>
            <div class="title">
              <h1>{store.name}</h1>
              {detail && <StudyPill study={detail} />}
              <LiveDot liveness={store.liveness.value} lastEventAt={detail?.last_event_at ?? null} />
            </div>
          </div>
          {detail && <StudyControls store={store} detail={detail} />}
        </div>
        <Tabs store={store} current={at.page as StudyPageName} detail={detail} />
      </header>
      {problem && <ProblemNote problem={problem} />}
      {detail ? <Page store={store} detail={detail} /> : problem ? null : <Skeleton what={`study ${store.name}`} height={320} />}
      {detail && store.columns.value && <SelectionChips store={store} />}
      {detail && at.page !== "trial" && <TrialDrawer store={store} detail={detail} />}
    </>
  );
}

function Tabs(props: { store: StudyStore; current: StudyPageName; detail: StudyDetail | null }) {
  const { store, current, detail } = props;
  const picked = [...store.selection.picked.value];
  return (
    <nav class="tabs" aria-label="Study">
      {TABS.map(([page, path, word]) => {
        const here = page === current || (page === "trials" && current === "trial");
        const query = page === "compare" && picked.length > 0 ? `?t=${picked.join(",")}` : "";
        const note = page === "trials" && detail ? ` (${count(allTrials(detail.counts))})` : "";
        return (
          <a key={page} href={studyUrl(store.project, store.name, path) + query} aria-current={here ? "page" : undefined}>
            {word}
            {note}
            {page === "compare" && picked.length > 0 && ` (${picked.length})`}
          </a>
        );
      })}
    </nav>
  );
}

function Page({ store, detail }: { store: StudyStore; detail: StudyDetail }) {
  const at = route.value;
  switch (at.page) {
    case "analysis":
      return <Analysis store={store} detail={detail} />;
    case "trials":
      return <Trials store={store} detail={detail} />;
    case "trial":
      return <Trial store={store} detail={detail} number={at.trial ?? 0} />;
    case "compare":
      return <Compare store={store} detail={detail} />;
    default:
      return <Overview store={store} detail={detail} />;
  }
}
