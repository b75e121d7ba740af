// All studies at a glance. Filter and order are in the URL.

import { useEffect } from "preact/hooks";
import type { StudyList, StudySummary } from "../api/types";
import { count } from "../format/number";
import { usePoll } from "../state/answer";
import { setServerTime } from "../state/clock";
import { queryValue, replaceQuery } from "../state/route";
import { ProblemNote } from "../parts/problem-note";
import { Skeleton } from "../parts/skeleton";
import { QuickStart } from "./studies/quick-start";
import { STUDY_ORDERS, StudiesTable, type StudyOrder } from "./studies/table";

const POLL_MS = 2000;
const MOST_STUDIES = 500;
const STATES = ["active", "paused", "completed", "stopped", "failed"];

export function Studies() {
  const words = queryValue("q") ?? "";
  const state = queryValue("state") ?? "";
  const order = readOrder(queryValue("sort"));
  const query = new URLSearchParams({ q: words, state, limit: String(MOST_STUDIES) });
  for (const key of ["q", "state"]) if (query.get(key) === "") query.delete(key);
  const { data, problem, again } = usePoll<StudyList>(`/studies?${query}`, POLL_MS);
  useEffect(() => {
    if (data) setServerTime(data.now);
    document.title = "Studies · Tunewright";
  }, [data]);
  const isFiltered = words !== "" || state !== "";
  return (
    <>
      <div class="head">
        <h1 class="grow">Studies</h1>
        <label class="row">
          <span class="visually-hidden">Filter by name or tag</span>
          <input
            type="search"
            placeholder="Filter by name or tag"
            value={words}
            onInput={(event) => setQuery("q", event.currentTarget.value)}
          />
        </label>
        <label class="row">
          <span class="visually-hidden">State</span>
          <select value={state} onChange={(event) => setQuery("state", event.currentTarget.value)}>
            <option value="">all states</option>
            {STATES.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {problem && <ProblemNote problem={problem} again={again} />}
      {data === null && !problem && <Skeleton what="studies" height={240} />}
      {data !== null && data.studies.length === 0 && (isFiltered ? <NoMatch /> : <QuickStart />)}
      {data !== null && data.studies.length > 0 && (
        <StudiesTable studies={ordered(data.studies, order)} order={order} onOrder={(key) => chooseOrder(order, key)} />
      )}
      {data !== null && data.total > data.studies.length && (
        <p class="muted">
          {count(data.studies.length)} of {count(data.total)} studies; filter to see others
        </p>
      )}
    </>
  );
}

function NoMatch() {
  return (
    <div class="card nothing">
      <h2>No study matches</h2>
      <button type="button" onClick={() => replaceQuery((query) => (query.delete("q"), query.delete("state")))}>
        Show all
      </button>
    </div>
  );
}

function setQuery(key: string, value: string): void {
  replaceQuery((query) => (value === "" ? query.delete(key) : query.set(key, value)));
}

export interface Order {
  key: StudyOrder;
  descending: boolean;
}

function readOrder(text: string | null): Order {
  const key = (text ?? "-last").replace(/^-/, "");
  const known = STUDY_ORDERS.find((order) => order === key);
  return { key: known ?? "last", descending: text === null || text.startsWith("-") };
}

function chooseOrder(now: Order, key: StudyOrder): void {
  const descending = now.key === key ? !now.descending : key !== "name" && key !== "best";
  setQuery("sort", `${descending ? "-" : ""}${key}`);
}

/** What is not there comes last in both directions. */
function ordered(studies: readonly StudySummary[], { key, descending }: Order): StudySummary[] {
  const sign = descending ? -1 : 1;
  return [...studies].sort((a, b) => {
    if (key === "name") return sign * a.name.localeCompare(b.name);
    const [x, y] = [measure(a, key), measure(b, key)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x - y) || a.name.localeCompare(b.name);
  });
}

function measure(study: StudySummary, key: Exclude<StudyOrder, "name">): number | null {
  switch (key) {
    case "progress":
      return study.counts.completed;
    case "best":
      return study.best?.loss ?? null;
    case "rate":
      return study.rate_per_minute;
    case "workers":
      return study.workers;
    case "last":
      return study.last_event_at ?? study.created_at;
  }
}
