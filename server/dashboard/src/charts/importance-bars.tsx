// How much of the loss' variation each parameter explains.

import { count, counted, percent } from "../format/number";
import { Awaited, methodText, usedText } from "./awaited";
import { Figure, type Table } from "./figure";
import { Label } from "./label";
import type { ImportanceProps } from "./props";

export function ImportanceBars({ answer, onParameter, title = "Importance of parameters", height = 200 }: ImportanceProps) {
  if (answer === null) return <Awaited title={title} height={height} />;
  const parameters = [...answer.parameters].sort((a, b) => b.importance - a.importance);
  const most = parameters[0]?.importance ?? 1;
  const target = answer.target.startsWith("m.") ? answer.target.slice(2) : answer.target;
  const [first] = parameters;
  return (
    <Figure
      title={title}
      note={[`for ${target}; all sum to 100 %`, usedText(answer)].filter(Boolean).join("; ")}
      summary={first ? `${first.label} matters most for ${target}, with ${percent(first.importance)}. ${methodText(answer)}` : ""}
      empty={first ? null : answer.remark || "Too few trials have completed to tell which parameters matter."}
      table={(): Table => ({
        columns: ["parameter", "importance", "trials in which it is set"],
        rows: parameters.map(({ label, importance, n }) => [label, percent(importance), count(n)]),
        total: parameters.length,
      })}
      legend={answer.remark && <span>{answer.remark}</span>}
    >
      {(summaryId) => (
        <ul class="chart-bars" aria-describedby={summaryId}>
          {parameters.map(({ label, importance, n }) => (
            <li title={`set in ${counted(n, "trial")}`}>
              {onParameter ? (
                <button type="button" class="plain chart-bar-name" onClick={() => onParameter(label)} title={`Loss over ${label}`}>
                  <Label text={label} />
                </button>
              ) : (
                <span class="chart-bar-name"><Label text={label} /></span>
              )}
              <span class="chart-track">
                <span class="chart-bar" style={{ width: `${most > 0 ? (importance / most) * 100 : 0}%` }} />
              </span>
              <span class="num">{percent(importance)}</span>
            </li>
          ))}
        </ul>
      )}
    </Figure>
  );
}
