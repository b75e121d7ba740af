// A trial like another one: its parameters, changed by hand, go into the queue. Fields that are left empty are drawn
// by the algorithm.

import { useId, useState } from "preact/hooks";
import { send } from "../../api/client";
import { asProblem, type Problem } from "../../api/problem";
import type { Parameter, Params, StudyDetail } from "../../api/types";
import { number } from "../../format/number";
import { Dialog } from "../../parts/dialog";
import { ProblemNote } from "../../parts/problem-note";
import { say } from "../../parts/toasts";
import { navigate, studyUrl } from "../../state/route";
import type { StudyStore } from "../../state/study-store";
import { conditionOf } from "./params-table";

interface VariationProps {
  store: StudyStore;
  detail: StudyDetail;
  params: Params;
  of: number;
  onClose: () => void;
}

type Texts = Record<string, string>;

export function Variation({ store, detail, params, of, onClose }: VariationProps) {
  const [texts, setTexts] = useState<Texts>(() =>
    Object.fromEntries(Object.entries(params).map(([label, value]) => [label, String(value)])),
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const [wrong, setWrong] = useState<Texts>({});
  const active = activeParameters(detail.parameters, texts);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { values, errors } = readTexts(active, texts);
    setWrong(errors);
    setProblem(null);
    if (Object.keys(errors).length > 0) return;
    try {
      const { number } = await send<{ number: number }>("POST", `${store.path}/trials`, { params: values });
      say(`queued as trial ${number}`);
      onClose();
      navigate(studyUrl(store.project, store.name, `t/${number}`));
    } catch (error) {
      const refused = asProblem(error);
      const label = labelOf(refused, detail.parameters);
      if (label === null) setProblem(refused);
      else setWrong({ [label]: refused.hint === null ? refused.message : `${refused.message} · ${refused.hint}` });
    }
  };
  return (
    <Dialog title={`A variation of trial ${of}`} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)} noValidate>
        <p class="muted">What is left empty, the algorithm draws.</p>
        {active.map((parameter) => (
          <ParameterField
            key={parameter.label}
            parameter={parameter}
            condition={conditionOf(parameter, detail.parameters)}
            text={texts[parameter.label] ?? ""}
            error={wrong[parameter.label]}
            onChange={(text) => setTexts((before) => ({ ...before, [parameter.label]: text }))}
          />
        ))}
        {problem && <ProblemNote problem={problem} />}
        <div class="actions">
          <button type="button" onClick={onClose}>
            Never mind
          </button>
          <button type="submit" class="primary">
            Enqueue
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface ParameterFieldProps {
  parameter: Parameter;
  condition: string;
  text: string;
  error: string | undefined;
  onChange: (text: string) => void;
}

function ParameterField({ parameter, condition, text, error, onChange }: ParameterFieldProps) {
  const id = useId();
  const shared = { id, value: text, "aria-invalid": error !== undefined, "aria-describedby": `${id}-note` };
  return (
    <div class="field">
      <label for={id} class="mono">
        {parameter.label}
      </label>
      {parameter.scale === "category" ? (
        <select {...shared} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">as the algorithm draws it</option>
          {parameter.options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      ) : (
        <input {...shared} type="text" inputMode="decimal" onInput={(event) => onChange(event.currentTarget.value)} />
      )}
      <span id={`${id}-note`} class={error === undefined ? "hint" : "error"}>
        {error ?? [rangeOf(parameter), condition === "" ? "" : `with ${condition}`].filter((part) => part !== "").join(", ")}
      </span>
    </div>
  );
}

function rangeOf(parameter: Parameter): string {
  if (parameter.scale === "category" || parameter.low === null || parameter.high === null) return "";
  const kind = parameter.integer ? "a whole number, " : "";
  return `${kind}${number(parameter.low)} to ${number(parameter.high)}`;
}

/** Those whose condition holds with what the form says; a choice that is left open leaves out what hangs on it. */
function activeParameters(parameters: readonly Parameter[], texts: Texts): Parameter[] {
  const active = new Set<Parameter>();
  for (const parameter of parameters) {
    const holds = parameter.active_when.some(({ parameter: index, option }) => {
      const choice = parameters[index];
      return choice !== undefined && active.has(choice) && texts[choice.label] === choice.options[option];
    });
    if (parameter.active_when.length === 0 || holds) active.add(parameter);
  }
  return [...active];
}

function readTexts(parameters: readonly Parameter[], texts: Texts): { values: Params; errors: Texts } {
  const values: Params = {};
  const errors: Texts = {};
  for (const { label, scale } of parameters) {
    const text = (texts[label] ?? "").trim();
    if (text === "") continue;
    const value = scale === "category" ? text : Number(text);
    if (Number.isNaN(value)) errors[label] = `\`${text}\` is not a number`;
    else values[label] = value;
  }
  return { values, errors };
}

function labelOf(problem: Problem, parameters: readonly Parameter[]): string | null {
  const label = problem.field?.replace(/^params\./, "");
  return parameters.some((parameter) => parameter.label === label) ? (label ?? null) : null;
}
