import type { StudyDetail, TrialPage } from "../../api/types";
import { number } from "../../format/number";
import { Card } from "../../parts/card";
import { CopyParams } from "../../parts/copy-params";
import { Skeleton } from "../../parts/skeleton";
import { useAnswer } from "../../state/answer";
import { studyUrl } from "../../state/route";
import type { StudyStore } from "../../state/study-store";

const SHOWN = 5;

/** The best trial's parameters, ready to be taken away, and the runners-up. */
export function BestTrials({ store, detail }: { store: StudyStore; detail: StudyDetail }) {
  const query = new URLSearchParams({ filter: "state:completed feasible:yes", sort: "loss", limit: String(SHOWN) });
  const { data } = useAnswer<TrialPage>(`${store.path}/trials?${query}`, detail.counts.completed, 2000);
  const best = data?.rows[0];
  const link = (trial: number): string => studyUrl(store.project, store.name, `t/${trial}`);
  return (
    <Card title="Best trials" class="w6">
      {data === null && <Skeleton what="the best trials" height={200} />}
      {data && !best && detail.counts.completed > 0 && <p class="muted">No completed trial is feasible yet.</p>}
      {best && (
        <div class="stack">
          <div class="row">
            <a href={link(best.number)}>trial {best.number}</a>
            <span title={String(best.loss)}>loss {number(best.loss)}</span>
            <span class="muted">copy parameters as</span>
            <CopyParams params={best.params} whose={`trial ${best.number}`} />
          </div>
          <dl class="pairs best-params">
            {detail.parameters.map(({ label }) => {
              const value = best.params[label];
              return (
                <div key={label}>
                  <dt class="mono">{label}</dt>
                  <dd class={value === undefined ? "unset" : ""} title={String(value ?? "")}>
                    {value === undefined ? "not set" : typeof value === "number" ? number(value) : value}
                  </dd>
                </div>
              );
            })}
          </dl>
          <table>
            <thead>
              <tr>
                <th scope="col">Then</th>
                <th scope="col" class="num">
                  Loss
                </th>
              </tr>
            </thead>
            <tbody>
              {data?.rows.slice(1).map((row) => (
                <tr key={row.number}>
                  <td>
                    <a href={link(row.number)}>trial {row.number}</a>
                  </td>
                  <td class="num" title={String(row.loss)}>
                    {number(row.loss)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
