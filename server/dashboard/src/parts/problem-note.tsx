// A problem where it happened: what is wrong, and what can be done.

import type { Problem } from "../api/problem";

const FORBIDDEN_HINT = "your token's scopes do not allow this; ask for one that does, and enter it in Settings";

export function ProblemNote({ problem, again }: { problem: Problem; again?: () => void }) {
  const hint = problem.hint ?? (problem.status === 403 ? FORBIDDEN_HINT : null);
  return (
    <div class="banner bad" role="alert">
      <span>
        {problem.message}
        {hint !== null && <span class="muted"> · {hint}</span>}
      </span>
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
