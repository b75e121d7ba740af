// The table of all trials: the server filters and sorts, the page holds what is in view. Filter and order are in the URL.

import { useEffect, useState } from "preact/hooks";
import type { StudyDetail } from "../api/types";
import { count } from "../format/number";
import { ProblemNote } from "../parts/problem-note";
import { allTrials } from "../parts/progress";
import { queryValue, replaceQuery } from "../state/route";
import type { StudyStore } from "../state/study-store";
import { ColumnPicker } from "./trials/column-picker";
import { columnsOf, shownOf } from "./trials/columns";
import { Downloads } from "./trials/downloads";
import { FilterBox } from "./trials/filter-box";
import { filterOfSelection } from "./trials/filter-of-selection";
import { TrialPages } from "./trials/trial-pages";
import { TrialsTable } from "./trials/table";

export function Trials({ store, detail }: { store: StudyStore; detail: StudyDetail }) {
  const { selection } = store;
  const typed = queryValue("filter") ?? "";
  const sort = queryValue("sort") ?? "-number";
  const { words, untold } = filterOfSelection(
    selection.brushes.value,
    selection.topPercent.value,
    detail.parameters,
  );
  const filter = [typed, ...words].join(" ").trim();
  const [pages] = useState(() => new TrialPages(store.path));
  useEffect(() => () => pages.stop(), []);
  useEffect(() => pages.ask(filter, sort), [filter, sort]);
  const rev = store.rev.value;
  useEffect(() => pages.refresh(), [rev]);

  const columns = columnsOf(detail);
  const shown = shownOf(detail, columns);
  const problem = pages.problem.value;
  const matched = pages.matched.value;
  const total = Math.max(pages.total.value, allTrials(detail.counts));
  return (
    <>
      <div class="row trials-tools">
        <FilterBox
          value={typed}
          problem={problem?.status === 400 ? problem : null}
          parameters={detail.parameters}
          onChange={(text) => replaceQuery((query) => (text === "" ? query.delete("filter") : query.set("filter", text)))}
        />
        <ColumnPicker id={detail.id} columns={columns} shown={shown} />
        <Downloads store={store} />
      </div>
      {problem && problem.status !== 400 && <ProblemNote problem={problem} />}
      {untold.length > 0 && (
        <p class="banner">Some filters of the charts cannot be applied to this table: {untold.join("; ")}.</p>
      )}
      <p class="muted small">
        {matched === null
          ? `loading ${count(total)} trials…`
          : matched === total
            ? `${count(total)} trials`
            : `${count(matched)} of ${count(total)} trials match`}
        {" · click a row for its details, Space or shift-click to pick it for comparison"}
      </p>
      <TrialsTable
        pages={pages}
        columns={shown}
        filter={filter}
        sort={sort}
        selection={selection}
        onSort={(key) => replaceQuery((query) => query.set("sort", nextSort(sort, key)))}
      />
    </>
  );
}

/** A second click on a column turns its order around. */
function nextSort(now: string, key: string): string {
  return now === key ? `-${key}` : now === `-${key}` ? key : key;
}
