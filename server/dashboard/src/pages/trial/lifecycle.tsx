import type { TrialDetail } from "../../api/types";
import { clockTime, duration, absolute } from "../../format/time";
import { number } from "../../format/number";
import { reasonInWords } from "../../parts/reason";
import { studyUrl } from "../../state/route";
import { now } from "../../state/clock";
import type { StudyStore } from "../../state/study-store";

interface Step {
  at: number | null;
  look: "" | "good" | "bad";
  text: string;
  note?: string;
}

/** From the queue to the end, each attempt with the worker that held it and why it ended. */
export function Lifecycle({ store, trial }: { store: StudyStore; trial: TrialDetail }) {
  return (
    <>
      {trial.retry_of !== null && (
        <p>
          Tries <a href={studyUrl(store.project, store.name, `t/${trial.retry_of}`)}>trial {trial.retry_of}</a> once more.
        </p>
      )}
      <ol class="steps">
        {stepsOf(trial).map((step, index) => (
          <li key={index} class={step.look}>
            <div>
              {step.text}
              {step.at !== null && (
                <time class="muted small" title={absolute(step.at)}>
                  {" "}
                  {clockTime(step.at)}
                </time>
              )}
            </div>
            {step.note && <div class="muted small step-note">{step.note}</div>}
          </li>
        ))}
      </ol>
    </>
  );
}

function stepsOf(trial: TrialDetail): Step[] {
  const created: Step = { at: trial.created_at, look: "", text: createdText(trial) };
  if (trial.member !== null && trial.member_why !== null) created.note = `${trial.member}: ${trial.member_why}`;
  const steps: Step[] = [created];
  for (const attempt of trial.attempts) {
    const waited = attempt.leased_at - trial.created_at;
    const lease: Step = { at: attempt.leased_at, look: "", text: `attempt ${attempt.number} leased by ${attempt.worker}` };
    if (attempt.number === 1) lease.note = `after ${duration(waited)} in the queue`;
    steps.push(lease, {
      at: attempt.ended_at,
      look: attempt.reason === null ? "good" : "bad",
      text: attempt.reason === null ? "ended with a result" : reasonInWords(attempt.reason),
      note: [`after ${duration(attempt.ended_at - attempt.leased_at)}`, attempt.message.split("\n").at(-1)]
        .filter((part) => part !== "" && part !== undefined)
        .join(" · "),
    });
  }
  if (trial.lease) {
    const { attempt, worker, leased_at } = trial.lease;
    const held = duration(now.value - leased_at);
    steps.push({ at: leased_at, look: "", text: `attempt ${attempt} leased by ${worker}`, note: `running for ${held}` });
  }
  for (const orphan of trial.orphans) {
    const text = `attempt ${orphan.attempt} reported a loss of ${number(orphan.loss)} too late to count`;
    steps.push({ at: orphan.at, look: "", text });
  }
  if (trial.state === "queued" && trial.not_before !== null && trial.not_before > now.value) {
    steps.push({ at: trial.not_before, look: "", text: "waits before its next attempt" });
  }
  if (trial.ended_at !== null) steps.push(endOf(trial));
  return steps;
}

function createdText(trial: TrialDetail): string {
  if (trial.origin === "suggested") return "suggested by the algorithm";
  if (trial.origin === "retry") return "queued as a retry";
  return trial.origin === "added" ? "added with its result" : "enqueued by a person";
}

function endOf(trial: TrialDetail): Step {
  const look = trial.state === "completed" ? "good" : trial.state === "failed" ? "bad" : "";
  const lost = trial.losses > 0 ? `${trial.losses} lost, ` : "";
  const step: Step = { at: trial.ended_at, look, text: trial.late ? `${trial.state}, with a late result` : trial.state };
  if (trial.failures > 0 || lost !== "") step.note = `attempts: ${lost}${trial.failures} failed`;
  return step;
}
