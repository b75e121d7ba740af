import { copyText } from "../../parts/copy";

const COMMANDS = `tunewright serve
tunewright run study.yaml -- python train.py`;

const PYTHON = `from tunewright import fmin, hp
best = fmin(objective, {"lr": hp.loguniform("lr", -9, 0)}, max_evals=100)`;

/** The empty list, and how it fills. */
export function QuickStart() {
  return (
    <div class="card nothing">
      <h2>No studies yet</h2>
      <p>Serve, then tune any command:</p>
      <pre tabIndex={0}>{COMMANDS}</pre>
      <p>or a function, from Python:</p>
      <pre tabIndex={0}>{PYTHON}</pre>
      <button type="button" onClick={() => void copyText(COMMANDS, "the commands")}>
        Copy the commands
      </button>
    </div>
  );
}
