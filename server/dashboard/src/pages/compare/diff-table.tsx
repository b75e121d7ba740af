import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ParamValue, StudyDetail, TrialDetail } from "../../api/types";
import { counted, number } from "../../format/number";
import { duration } from "../../format/time";
import { CopyParams } from "../../parts/copy-params";
import { TrialStateMark } from "../../parts/pill";
import { studyUrl } from "../../state/route";
import type { StudyStore } from "../../state/study-store";

interface DiffTableProps {
  store: StudyStore;
  detail: StudyDetail;
  trials: readonly TrialDetail[];
  onRemove: (number: number) => void;
}

interface Line {
  name: string;
  values: (number | string | null)[];
  isParameter: boolean;
}

/** A column a trial and a line a parameter; at first only the lines in which the trials differ. */
export function DiffTable({ store, detail, trials, onRemove }: DiffTableProps) {
  const [all, setAll] = useState(false);
  const parameters = detail.parameters.map(({ label }) => lineOf(label, trials.map(({ params }) => params[label])));
  const metrics = detail.metrics.map((name) => ({
    ...lineOf(name, trials.map((trial) => trial.metrics[name])),
    isParameter: false,
  }));
  const differing = parameters.filter(differs);
  const lines = [...(all || trials.length < 2 ? parameters : differing), ...metrics];
  const hidden = parameters.length - differing.length;
  return (
    <section class="card flush" aria-labelledby="diff-head">
      <header class="padded">
        <h2 id="diff-head">What differs</h2>
        {trials.length > 1 && hidden > 0 && (
          <label class="check">
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
            also {counted(hidden, "parameter")} of equal value
          </label>
        )}
      </header>
      <div class="wide" role="region" aria-label="Trials side by side" tabIndex={0}>
        <table class="diff">
          <thead>
            <tr>
              <th scope="col">Trial</th>
              {trials.map((trial) => (
                <th key={trial.number} scope="col" class="num">
                  <a href={studyUrl(store.project, store.name, `t/${trial.number}`)}>{trial.number}</a>
                  <button type="button" aria-label={`Remove trial ${trial.number}`} onClick={() => onRemove(trial.number)}>
                    ×
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Fact name="state" cells={trials.map((trial) => <TrialStateMark state={trial.state} />)} />
            <Fact name="loss" cells={losses(trials)} />
            {lines.map((line) => (
              <tr key={`${line.isParameter}.${line.name}`} class={all && line.isParameter && differs(line) ? "differs" : ""}>
                <th scope="row" class="mono">
                  {line.name}
                </th>
                {line.values.map((value, index) => (
                  <td key={index} class={value === null ? "num unset" : "num"} title={String(value ?? "not set")}>
                    {value === null ? "not set" : typeof value === "number" ? number(value) : value}
                  </td>
                ))}
              </tr>
            ))}
            <Fact name="duration" cells={trials.map((trial) => duration(trial.duration_ms))} />
            <Fact name="copy" cells={trials.map((trial) => <CopyParams params={trial.params} whose={`trial ${trial.number}`} />)} />
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Fact({ name, cells }: { name: string; cells: ComponentChildren[] }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {cells.map((cell, index) => (
        <td key={index} class="num">
          {cell}
        </td>
      ))}
    </tr>
  );
}

function losses(trials: readonly TrialDetail[]) {
  const best = Math.min(...trials.map(({ loss }) => loss ?? Infinity));
  return trials.map(({ loss }) => (
    <span title={String(loss ?? "")}>
      {loss === best && trials.length > 1 ? <strong>{number(loss)} (best)</strong> : number(loss)}
    </span>
  ));
}

function lineOf(name: string, values: (ParamValue | undefined)[]): Line {
  return { name, values: values.map((value) => value ?? null), isParameter: true };
}

function differs(line: Line): boolean {
  return line.values.some((value) => value !== line.values[0]);
}
