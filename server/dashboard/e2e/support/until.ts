// Waits for what is to become true. There are no waits for a fixed time: machines differ too much.

import { setTimeout as sleep } from "node:timers/promises";

/** How long a test waits for what should happen soon, in ms: two slow cores may be shared with other tests. */
export const PATIENCE_MS = Number(process.env["E2E_PATIENCE_MS"] ?? 60_000);
const BETWEEN_LOOKS_MS = 25;

/** Looks again and again until there is something, and gives it back; `what` is what was waited for, for the message. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  patience = PATIENCE_MS,
): Promise<Exclude<T, undefined | null | false | "" | 0>> {
  const deadline = performance.now() + patience;
  let seen: unknown;
  for (;;) {
    seen = await look();
    if (seen) return seen as Exclude<T, undefined | null | false | "" | 0>;
    if (performance.now() > deadline) throw new Error(`not within ${patience} ms: ${what} (last seen: ${JSON.stringify(seen)})`);
    await sleep(BETWEEN_LOOKS_MS);
  }
}
