// All that is known of one trial, and what can be done with it.

import { useRef } from "preact/hooks";
import { COMPLETED, type StudyDetail, type TrialDetail } from "../../api/types";
import { number as inDigits } from "../../format/number";
import { duration } from "../../format/time";
import { CopyParams } from "../../parts/copy-params";
import { Moment } from "../../parts/moment";
import { TrialPill } from "../../parts/pill";
import { ProblemNote } from "../../parts/problem-note";
import { reasonInWords } from "../../parts/reason";
import { Skeleton } from "../../parts/skeleton";
import { useAnswer } from "../../state/answer";
import type { StudyStore } from "../../state/study-store";
import { NotFound } from "../not-found";
import { Lifecycle } from "./lifecycle";
import { ParamsTable } from "./params-table";
import { TrialActions } from "./actions";
import { TrialCurve } from "./curve";
import { TrialExtras } from "./extras";

interface TrialViewProps {
  store: StudyStore;
  detail: StudyDetail;
  number: number;
  /** Whether it has the width of a page. */
  isPage?: boolean;
}

export function TrialView({ store, detail, number, isPage = false }: TrialViewProps) {
  const version = useTrialVersion(store, number);
  const { data: trial, problem } = useAnswer<TrialDetail>(`${store.path}/trials/${number}`, version);
  if (problem?.status === 404) return <NotFound what="trial" detail={problem.message} />;
  if (problem && !trial) return <ProblemNote problem={problem} />;
  if (!trial) return <Skeleton what={`trial ${number}`} height={320} />;
  return (
    <div class={isPage ? "grid" : "stack"}>
      <section class="card w12 stack" aria-labelledby="trial-head">
        <div class="head">
          <h2 id="trial-head" class="trial-head">
            Trial {trial.number}
          </h2>
          <TrialPill state={trial.state} />
          <span class="push">
            <TrialActions store={store} detail={detail} trial={trial} />
          </span>
        </div>
        <Summary trial={trial} />
        <Why trial={trial} />
      </section>
      <section class="card w6" aria-labelledby="trial-params">
        <header>
          <h2 id="trial-params">Parameters</h2>
          <span class="muted small">copy as</span>
          <CopyParams params={trial.params} whose={`trial ${trial.number}`} />
        </header>
        <ParamsTable detail={detail} trial={trial} />
      </section>
      <section class="card w6" aria-labelledby="trial-life">
        <header>
          <h2 id="trial-life">Lifecycle</h2>
        </header>
        <Lifecycle store={store} trial={trial} />
      </section>
      {trial.reports.length > 0 && <TrialCurve store={store} trial={trial} />}
      <TrialExtras store={store} trial={trial} />
    </div>
  );
}

/** Rises when the trial may have changed: with its row, and with its reports while it runs. */
function useTrialVersion(store: StudyStore, number: number): string {
  const columns = store.columns.value;
  columns?.version.value;
  const reportedIn = useRef(0);
  if (store.reported.value.includes(number)) reportedIn.current = store.frames.value;
  const state = columns?.state[number] ?? -1;
  return state < COMPLETED ? `${state}.${store.rev.value}.${reportedIn.current}` : `${state}`;
}

function Summary({ trial }: { trial: TrialDetail }) {
  return (
    <ul class="facts">
      <li>
        loss <b title={String(trial.loss ?? "")}>{inDigits(trial.loss)}</b>
      </li>
      {Object.entries(trial.metrics).map(([name, value]) => (
        <li key={name}>
          {name} <b title={String(value)}>{inDigits(value)}</b>
        </li>
      ))}
      <li>
        duration <b>{duration(trial.duration_ms)}</b>
      </li>
      {trial.worker !== null && (
        <li>
          worker <b class="mono">{trial.worker}</b>
        </li>
      )}
      <li>
        attempt <b>{trial.attempt}</b>
      </li>
      {trial.member !== null && (
        <li>
          proposed by <b>{trial.member}</b>
        </li>
      )}
      {!trial.feasible && (
        <li>
          <b>not feasible</b>: a constraint is above 0
        </li>
      )}
      <li>
        {trial.origin}{" "}
        <b>
          <Moment at={trial.created_at} />
        </b>
      </li>
    </ul>
  );
}

function Why({ trial }: { trial: TrialDetail }) {
  if (trial.reason === null && trial.message === "") return null;
  return (
    <div class={trial.state === "failed" ? "why" : "why mild"}>
      {trial.reason !== null && (
        <h3>
          {trial.state === "failed" ? "Why it failed" : "Why it ended"}: {reasonInWords(trial.reason)}
        </h3>
      )}
      {trial.message !== "" && <p class="mono">{trial.message}</p>}
    </div>
  );
}
