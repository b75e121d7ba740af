import type { EdfAnswer } from "../../api/aggregates";
import type { StudyList } from "../../api/types";
import { Edf } from "../../charts";
import { Menu } from "../../parts/menu";
import { ProblemNote } from "../../parts/problem-note";
import { useAnswer } from "../../state/answer";
import { queryValue, replaceQuery } from "../../state/route";
import type { PanelProps } from "../analysis";
import { BETWEEN_MS } from "./slice-panels";

const MOST_OTHERS = 5;

/** Which share of the trials reached which loss; also of other studies. */
export function EdfPanel({ store, detail }: PanelProps) {
  const own = `${store.project}/${store.name}`;
  const also = (queryValue("also") ?? "").split(",").filter((key) => key !== "" && key !== own);
  const query = also.length === 0 ? "" : `?also=${also.map(encodeURIComponent).join(",")}`;
  const { data, problem } = useAnswer<EdfAnswer>(`${store.path}/edf${query}`, detail.counts.completed, BETWEEN_MS);
  const { data: list } = useAnswer<StudyList>("/studies?limit=100");
  const others = (list?.studies ?? []).filter((study) => study.counts.completed > 0 && study.id !== detail.id);
  const choose = (key: string, isChosen: boolean): void => {
    const next = isChosen ? [...also, key] : also.filter((other) => other !== key);
    replaceQuery((query) => (next.length === 0 ? query.delete("also") : query.set("also", next.join(","))));
  };
  return (
    <section class="card w6">
      {problem && <ProblemNote problem={problem} />}
      <Edf answer={data} own={own} selection={store.selection} height={340} />
      {others.length > 0 && (
        <div class="card-foot">
          <Menu label={also.length === 0 ? "Compare with studies" : `Compared with ${also.length}`}>
            {() =>
              others.map(({ id, project, name }) => {
                const key = `${project}/${name}`;
                const isChosen = also.includes(key);
                return (
                  <label key={id} class="check">
                    <input
                      type="checkbox"
                      checked={isChosen}
                      disabled={!isChosen && also.length >= MOST_OTHERS}
                      onChange={(event) => choose(key, event.currentTarget.checked)}
                    />
                    {project === store.project ? name : key}
                  </label>
                );
              })
            }
          </Menu>
        </div>
      )}
    </section>
  );
}
