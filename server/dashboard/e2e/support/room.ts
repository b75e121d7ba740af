// A folder for this process alone, removed when it ends, however it ends.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = mkdtempSync(join(tmpdir(), "tunewright-e2e-"));
let made = 0;

process.on("exit", () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
// Without these, `exit` is not told of a signal, and nothing would be tidied up.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(1));

/** A new empty folder in it. */
export function newFolder(name: string): string {
  const folder = join(root, `${name}-${made++}`);
  mkdirSync(folder);
  return folder;
}
