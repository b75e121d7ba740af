// Who runs trials, what each does now, and when it was last heard.

import { useEffect, useState } from "preact/hooks";
import { send } from "../api/client";
import type { Worker, WorkerList } from "../api/types";
import { count, counted } from "../format/number";
import { usePoll } from "../state/answer";
import { setServerTime } from "../state/clock";
import { studyUrl } from "../state/route";
import { server } from "../state/server";
import { Confirm } from "../parts/dialog";
import { Figure } from "../parts/figure";
import { Moment } from "../parts/moment";
import { ProblemNote } from "../parts/problem-note";
import { Skeleton } from "../parts/skeleton";
import { say, sayProblem } from "../parts/toasts";

const POLL_MS = 2000;
const MOST_LINKS = 6;
/** More slots than these are a number only. */
const MOST_SQUARES = 32;

export function Workers() {
  const { data, problem, again } = usePoll<WorkerList>("/workers", POLL_MS);
  const [draining, setDraining] = useState<Worker | null>(null);
  useEffect(() => {
    if (data) setServerTime(data.now);
    document.title = "Workers · Tunewright";
  }, [data]);
  const drain = async (worker: Worker): Promise<void> => {
    try {
      await send("POST", `/workers/${encodeURIComponent(worker.id)}/drain`);
      say(`worker ${worker.id} takes no new trials`);
      again();
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <>
      <h1>Workers</h1>
      {problem && <ProblemNote problem={problem} again={again} />}
      {data === null && !problem && <Skeleton what="workers" height={240} />}
      {data && <Pool list={data} />}
      {data && data.workers.length === 0 && (
        <div class="card nothing">
          <h2>No worker is attached</h2>
          <p>Start one where your training code is:</p>
          <pre tabIndex={0}>tunewright worker --slots 4 -- python train.py</pre>
        </div>
      )}
      {data && data.workers.length > 0 && <Table workers={data.workers} onDrain={setDraining} />}
      {draining && (
        <Confirm
          title={`Drain worker ${draining.id}?`}
          text={`It takes no new trials, and leaves when its ${counted(draining.busy, "running trial")} have ended. To use it again it has to be started anew.`}
          action="Drain"
          onClose={() => setDraining(null)}
          onConfirm={() => void drain(draining)}
        />
      )}
    </>
  );
}

function Pool({ list }: { list: WorkerList }) {
  const slots = list.workers.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = list.workers.reduce((sum, worker) => sum + worker.busy, 0);
  const draining = list.workers.filter((worker) => worker.draining).length;
  return (
    <div class="figures">
      <Figure name="Workers" note={draining > 0 ? `${count(draining)} draining` : ""}>
        {count(list.workers.length)}
      </Figure>
      <Figure name="Slots busy" note={slots === 0 ? "" : `${Math.round((busy / slots) * 100)} % of the pool`}>
        {count(busy)} / {count(slots)}
      </Figure>
      <Figure name="Slots free" note="take the next trials">
        {count(slots - busy)}
      </Figure>
      <Figure name="Queued trials" note="wait for a free slot">
        {count(list.queued)}
      </Figure>
    </div>
  );
}

function Table({ workers, onDrain }: { workers: readonly Worker[]; onDrain: (worker: Worker) => void }) {
  const mayDrain = server.value?.may_administer ?? true;
  return (
    <div class="card flush wide" role="region" aria-label="Attached workers" tabIndex={0}>
      <table class="studies as-list">
        <thead>
          <tr>
            <th scope="col">Worker</th>
            <th scope="col">Slots</th>
            <th scope="col">Runs now</th>
            <th scope="col">Pools</th>
            <th scope="col">Executes</th>
            <th scope="col">Version</th>
            <th scope="col" class="num">
              Attached
            </th>
            <th scope="col" class="num">
              Last heard
            </th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <tr key={worker.id}>
              <td class="whole">
                <div class="mono breaks">{worker.id}</div>
                <div class="muted small breaks">{worker.host}</div>
              </td>
              <td data-label="Slots">
                <Slots worker={worker} />
              </td>
              <td data-label="Runs now">
                <Leases worker={worker} />
              </td>
              <td data-label="Pools">{worker.pools.join(", ")}</td>
              <td data-label="Executes">{worker.runs}</td>
              <td data-label="Version">{worker.version}</td>
              <td class="num" data-label="Attached">
                <Moment at={worker.attached_at} />
              </td>
              <td class="num" data-label="Last heard">
                <Moment at={worker.last_heard} />
              </td>
              <td class="num">
                {worker.draining ? (
                  <span class="pill warn">draining</span>
                ) : (
                  mayDrain && (
                    <button type="button" aria-label={`Drain worker ${worker.id}`} onClick={() => onDrain(worker)}>
                      Drain…
                    </button>
                  )
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Slots({ worker }: { worker: Worker }) {
  return (
    <div>
      {worker.slots <= MOST_SQUARES && (
        <div class="slots" aria-hidden="true">
          {Array.from({ length: worker.slots }, (_, index) => (
            <i key={index} class={index < worker.busy ? "busy" : ""} />
          ))}
        </div>
      )}
      <span class="small muted">
        {count(worker.busy)} of {count(worker.slots)} busy
      </span>
    </div>
  );
}

function Leases({ worker }: { worker: Worker }) {
  if (worker.leases.length === 0) return <span class="muted">idle</span>;
  const rest = worker.leases.length - MOST_LINKS;
  return (
    <ul>
      {worker.leases.slice(0, MOST_LINKS).map(({ project, study, trial, attempt }) => (
        <li key={`${project}/${study}/${trial}`}>
          <a href={studyUrl(project, study, `t/${trial}`)}>
            {study} #{trial}
          </a>
          {attempt > 1 && <span class="muted"> attempt {attempt}</span>}
        </li>
      ))}
      {rest > 0 && <li class="muted">and {count(rest)} more</li>}
    </ul>
  );
}
