// What came out of a trial beside its loss: output, result, checkpoint and files.

import { download } from "../../api/client";
import type { TrialDetail } from "../../api/types";
import { bytes } from "../../format/number";
import { copyText } from "../../parts/copy";
import { sayProblem } from "../../parts/toasts";
import type { StudyStore } from "../../state/study-store";

export function TrialExtras({ store, trial }: { store: StudyStore; trial: TrialDetail }) {
  const hasResult = isTelling(trial.result);
  return (
    <>
      <section class="card w12" aria-labelledby="trial-output">
        <header>
          <h2 id="trial-output">Output</h2>
          {trial.output !== "" && (
            <button type="button" class="plain" onClick={() => void copyText(trial.output, "the output")}>
              Copy
            </button>
          )}
        </header>
        {trial.output === "" ? (
          <p class="muted">
            {trial.state === "running" || trial.state === "queued"
              ? "the end of what the command prints is kept once an attempt has ended"
              : "nothing was printed"}
          </p>
        ) : (
          <pre class="output" tabIndex={0} aria-label="Output" ref={atItsEnd}>
            {trial.output}
          </pre>
        )}
      </section>
      {hasResult && <Json id="trial-result" title="Result" value={trial.result} />}
      {trial.config !== null && <Json id="trial-config" title="Configuration, as the objective got it" value={trial.config} />}
      {(trial.checkpoint !== null || trial.attachments.length > 0) && (
        <section class="card w12" aria-labelledby="trial-files">
          <header>
            <h2 id="trial-files">Checkpoint and attachments</h2>
          </header>
          {trial.checkpoint && (
            <p>
              checkpoint at step {trial.checkpoint.step}: <code class="breaks">{trial.checkpoint.uri}</code>
            </p>
          )}
          <ul>
            {trial.attachments.map(({ name, bytes: size }) => (
              <li key={name}>
                <button type="button" class="plain" onClick={() => void save(store, trial.number, name)}>
                  {name}
                </button>
                <span class="muted">{bytes(size)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** What went wrong stands at the end. */
const atItsEnd = (box: HTMLElement | null): void => {
  if (box) box.scrollTop = box.scrollHeight;
};

/** Whether there is more in it than an empty object. */
function isTelling(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function Json({ id, title, value }: { id: string; title: string; value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <section class="card w6" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="plain" onClick={() => void copyText(text, "as JSON")}>
          Copy
        </button>
      </header>
      <pre class="output" tabIndex={0} aria-label={title}>
        {text}
      </pre>
    </section>
  );
}

async function save(store: StudyStore, trial: number, name: string): Promise<void> {
  try {
    await download(`${store.path}/trials/${trial}/attachments/${encodeURIComponent(name)}`, name);
  } catch (error) {
    sayProblem(error);
  }
}
