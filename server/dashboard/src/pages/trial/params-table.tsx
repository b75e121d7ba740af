import type { Parameter, ParamValue, StudyDetail, TrialDetail } from "../../api/types";
import { number } from "../../format/number";
import { toPosition } from "../../state/columnset";

/** Each parameter with where its value lies in its range; those that another choice left out are greyed, and say so. */
export function ParamsTable({ detail, trial }: { detail: StudyDetail; trial: TrialDetail }) {
  return (
    <table class="params">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Parameter</th>
          <th scope="col">Value</th>
          <th scope="col">In its range</th>
        </tr>
      </thead>
      <tbody>
        {detail.parameters.map((parameter) => (
          <Line
            key={parameter.label}
            parameter={parameter}
            value={trial.params[parameter.label]}
            isFixed={parameter.label in trial.fixed}
            condition={conditionOf(parameter, detail.parameters)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface LineProps {
  parameter: Parameter;
  value: ParamValue | undefined;
  isFixed: boolean;
  condition: string;
}

function Line({ parameter, value, isFixed, condition }: LineProps) {
  if (value === undefined) {
    return (
      <tr class="inactive">
        <th scope="row">{parameter.label}</th>
        <td colSpan={2}>not set{condition !== "" && `: only with ${condition}`}</td>
      </tr>
    );
  }
  return (
    <tr>
      <th scope="row">{parameter.label}</th>
      <td class="num" title={String(value)}>
        {typeof value === "number" ? number(value) : value}
        {isFixed && <span class="muted small"> fixed</span>}
      </td>
      <td class="range-cell">{typeof value === "number" ? <Position parameter={parameter} value={value} /> : <Options parameter={parameter} />}</td>
    </tr>
  );
}

function Position({ parameter, value }: { parameter: Parameter; value: number }) {
  const share = Math.min(1, Math.max(0, toPosition(parameter, value)));
  const ends = `${number(parameter.axis_low)} to ${number(parameter.axis_high)}${parameter.scale === "log" ? ", log scale" : ""}`;
  return (
    <div class="position" title={ends} role="img" aria-label={`${Math.round(share * 100)} percent of ${ends}`}>
      <i style={{ left: `${share * 100}%` }} />
    </div>
  );
}

function Options({ parameter }: { parameter: Parameter }) {
  const others = parameter.options.length;
  return (
    <span class="muted small" title={parameter.options.join(", ")}>
      of {others} options
    </span>
  );
}

/** `booster = dart`, where the parameter is conditional. */
export function conditionOf(parameter: Parameter, parameters: readonly Parameter[]): string {
  const parts = parameter.active_when.map(({ parameter: index, option }) => {
    const choice = parameters[index];
    return choice ? `${choice.label} = ${choice.options[option] ?? option}` : "";
  });
  return parts.filter((part) => part !== "").join(" or ");
}
