// Trials side by side: what differs between them, and their curves over each other.

import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import type { StudyDetail, TrialDetail } from "../api/types";
import { ParallelCoordinates } from "../charts";
import { ProblemNote } from "../parts/problem-note";
import { Skeleton } from "../parts/skeleton";
import { queryValue, replaceQuery, studyUrl } from "../state/route";
import { numbersIn } from "../state/selection";
import type { StudyStore } from "../state/study-store";
import { CompareCurves } from "./compare/curves";
import { DiffTable } from "./compare/diff-table";

const MOST_TRIALS = 12;

export function Compare({ store, detail }: { store: StudyStore; detail: StudyDetail }) {
  const text = queryValue("t") ?? "";
  const numbers = [...new Set(numbersIn(text))].slice(0, MOST_TRIALS);
  const { trials, problem } = useTrials(store, numbers);
  const columns = store.columns.value;
  const remove = (number: number): void => {
    const rest = numbers.filter((other) => other !== number);
    store.selection.picked.value = new Set(rest);
    replaceQuery((query) => query.set("t", rest.join(",")));
  };
  return (
    <>
      <AddTrial numbers={numbers} />
      {problem && <ProblemNote problem={problem} />}
      {numbers.length === 0 ? (
        <div class="card nothing">
          <h2>Nothing to compare yet</h2>
          <p>Pick trials in the table or in a chart (shift-click), or type their numbers above.</p>
          <a class="button" href={studyUrl(store.project, store.name, "trials")}>
            Trials
          </a>
        </div>
      ) : trials === null ? (
        problem ? null : <Skeleton what={`${numbers.length} trials`} height={240} />
      ) : (
        <>
          <DiffTable store={store} detail={detail} trials={trials} onRemove={remove} />
          <div class="grid">
            <CompareCurves trials={trials} />
            {columns && numbers.length > 1 && (
              <section class="card w12">
                <ParallelCoordinates columns={columns} selection={store.selection} only={new Set(numbers)} height={260} />
              </section>
            )}
          </div>
        </>
      )}
    </>
  );
}

function AddTrial({ numbers }: { numbers: readonly number[] }) {
  const [text, setText] = useState("");
  const add = (event: Event): void => {
    event.preventDefault();
    const more = numbersIn(text.replaceAll(/[\s#]+/g, ","));
    replaceQuery((query) => query.set("t", [...new Set([...numbers, ...more])].slice(0, MOST_TRIALS).join(",")));
    setText("");
  };
  return (
    <form class="row" onSubmit={add}>
      <label class="row">
        Add trials
        <input type="text" inputMode="numeric" placeholder="5, 9" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit">Add</button>
      {numbers.length >= MOST_TRIALS && <span class="muted">{MOST_TRIALS} are the most</span>}
    </form>
  );
}

/** All of the trials, once all are there; asked for anew when one that runs has changed. */
function useTrials(store: StudyStore, numbers: readonly number[]) {
  const [held, setHeld] = useState<{ trials: TrialDetail[] | null; problem: Problem | null }>({ trials: null, problem: null });
  const columns = store.columns.value;
  columns?.version.value;
  const states = numbers.map((number) => columns?.state[number] ?? -1);
  useEffect(() => {
    const cut = new AbortController();
    Promise.all(numbers.map((number) => get<TrialDetail>(`${store.path}/trials/${number}`, cut.signal))).then(
      (trials) => cut.signal.aborted || setHeld({ trials, problem: null }),
      (error) => cut.signal.aborted || setHeld({ trials: null, problem: asProblem(error) }),
    );
    return () => cut.abort();
  }, [numbers.join(","), states.join(",")]);
  return held;
}
