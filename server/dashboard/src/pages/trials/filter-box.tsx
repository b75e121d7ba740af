import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../api/problem";
import type { Parameter } from "../../api/types";
import { Dialog } from "../../parts/dialog";
import { fromPosition } from "../../state/columnset";

const TYPING_MS = 250;

interface FilterBoxProps {
  value: string;
  /** What the server did not understand. */
  problem: Problem | null;
  parameters: readonly Parameter[];
  onChange: (text: string) => void;
}

export function FilterBox({ value, problem, parameters, onChange }: FilterBoxProps) {
  const [text, setText] = useState(value);
  const [explained, setExplained] = useState(false);
  const timer = useRef(0);
  useEffect(() => setText(value), [value]);
  const type = (next: string): void => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onChange(next.trim()), TYPING_MS);
  };
  return (
    <div class="filter-box field">
      <div class="row nowrap">
        <input
          type="search"
          aria-label="Filter trials"
          aria-invalid={problem !== null}
          aria-describedby="filter-problem"
          placeholder={`state:completed ${example(parameters)} loss:top5%`}
          value={text}
          onInput={(event) => type(event.currentTarget.value)}
        />
        <button type="button" class="icon" aria-label="How filters are written" onClick={() => setExplained(true)}>
          ?
        </button>
      </div>
      <span id="filter-problem" class="error">
        {problem && (problem.hint === null ? problem.message : `${problem.message} · ${problem.hint}`)}
      </span>
      {explained && <Language parameters={parameters} onClose={() => setExplained(false)} />}
    </div>
  );
}

function example(parameters: readonly Parameter[]): string {
  const numeric = parameters.find(({ scale }) => scale !== "category");
  const choice = parameters.find(({ scale }) => scale === "category");
  if (numeric) return `${numeric.label}:<${Number(fromPosition(numeric, 0.5).toPrecision(2))}`;
  return choice ? `${choice.label}=${choice.options[0] ?? ""}` : "#12";
}

function Language({ parameters, onClose }: { parameters: readonly Parameter[]; onClose: () => void }) {
  const numeric = parameters.find(({ scale }) => scale !== "category")?.label ?? "lr";
  const choice = parameters.find(({ scale }) => scale === "category");
  const conditional = parameters.find(({ active_when }) => active_when.length > 0)?.label ?? numeric;
  const lines: readonly (readonly [words: string, does: string])[] = [
    ["state:completed", "in this state; several with commas: state:failed,pruned"],
    [`${numeric}:<1e-3`, "below; also <=, > and >="],
    [`${numeric}:0.1..0.2`, "between, ends included; an end may be left out: ..0.2"],
    [`${choice?.label ?? "booster"}=${choice?.options[0] ?? "sgd"}`, "this option; several with commas"],
    [`not:${conditional}`, "the parameter is not set"],
    ["loss:<0.3", "a figure; also m.NAME (a metric), duration:>1.5h, attempt:>1"],
    ["loss:top5%", "the best five percent of the feasible completed trials"],
    ["feasible:no", "a constraint is above 0"],
    ["worker=w1", "ran on this worker"],
    ["reason:timeout", "ended for this reason"],
    ["origin:enqueued", "suggested, enqueued, retry or added"],
    ["member:gp", "proposed by this one of several algorithms"],
    ["#12", "this trial; #3,4 are two"],
  ];
  return (
    <Dialog title="How filters are written" onClose={onClose}>
      <p>Words with spaces between them; a trial is shown if all of them hold. Names with blanks or signs go into double quotes.</p>
      <dl class="language">
        {lines.map(([words, does]) => (
          <>
            <dt>
              <code>{words}</code>
            </dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
      <div class="actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
