const WORDS: Record<string, string> = {
  objective_error: "the objective failed",
  no_loss: "no loss was reported",
  timeout: "out of time",
  out_of_memory: "out of memory",
  lease_expired: "the worker was lost",
  preempted: "the worker gave it back",
  user_cancelled: "cancelled by a person",
  infeasible: "infeasible point",
  start_failed: "the command did not start",
  study_ended: "the study ended",
};

/** Why a trial or an attempt ended without a result. */
export function reasonInWords(reason: string): string {
  return WORDS[reason] ?? reason.replaceAll("_", " ");
}
