// Short answers to what a person just did. Failures stay until they are closed.

import { signal } from "@preact/signals";
import { asProblem } from "../api/problem";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

const SHOWN_MS = 5000;
const toasts = signal<readonly Toast[]>([]);
let next = 0;

export function say(text: string, bad = false): void {
  const toast = { id: next++, text, bad };
  toasts.value = [...toasts.value.slice(-3), toast];
  if (!bad) setTimeout(() => close(toast.id), SHOWN_MS);
}

/** Tells why something was refused. */
export function sayProblem(error: unknown): void {
  const problem = asProblem(error);
  say(problem.hint === null ? problem.message : `${problem.message} · ${problem.hint}`, true);
}

function close(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={toast.bad ? "toast bad" : "toast"}>
          <p>{toast.text}</p>
          <button type="button" class="plain" aria-label="Close message" onClick={() => close(toast.id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
