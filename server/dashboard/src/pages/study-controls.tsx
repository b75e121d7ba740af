// Pause, resume and stop. What the server refuses is said where the buttons are.

import { useState } from "preact/hooks";
import { send } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import type { StudyDetail } from "../api/types";
import { counted } from "../format/number";
import { Confirm } from "../parts/dialog";
import { ProblemNote } from "../parts/problem-note";
import { say } from "../parts/toasts";
import { mayControl } from "../state/server";
import type { StudyStore } from "../state/study-store";

export function StudyControls({ store, detail }: { store: StudyStore; detail: StudyDetail }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<"stop" | "now" | null>(null);
  if (detail.state !== "active" && detail.state !== "paused") return null;
  if (!mayControl()) return <span class="muted small">your token may read only</span>;

  const act = async (action: "pause" | "resume" | "stop", done: string, body = {}): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      store.accept(await send<StudyDetail>("POST", `${store.path}/${action}`, body));
      say(done);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  const running = counted(detail.counts.running, "running trial");
  const isStopping = detail.closing !== null;
  return (
    <div class="stack controls">
      <div class="row">
        {detail.state === "active" ? (
          <button type="button" disabled={busy || isStopping} onClick={() => void act("pause", "paused: running trials go on")}>
            Pause
          </button>
        ) : (
          <button type="button" class="primary" disabled={busy || isStopping} onClick={() => void act("resume", "resumed")}>
            Resume
          </button>
        )}
        <button type="button" disabled={busy || isStopping} onClick={() => setAsking("stop")} title="No new trials; running ones finish">
          Stop
        </button>
        <button type="button" class="danger" disabled={busy} onClick={() => setAsking("now")} title="Cancels running trials">
          Stop now
        </button>
      </div>
      {problem && <ProblemNote problem={problem} />}
      {asking === "stop" && (
        <Confirm
          title="Stop this study?"
          text={`No new trials are started; ${running} may finish. A stopped study is not resumed: to go on later, pause it.`}
          action="Stop"
          onClose={() => setAsking(null)}
          onConfirm={() => void act("stop", "stopping", { cancel_running: false })}
        />
      )}
      {asking === "now" && (
        <Confirm
          title="Stop this study now?"
          text={`${running} will be cancelled, and what they have worked out so far is lost. A stopped study is not resumed.`}
          action="Stop now"
          onClose={() => setAsking(null)}
          onConfirm={() => void act("stop", "stopped", { cancel_running: true })}
        />
      )}
    </div>
  );
}
