// A process of ours: its first line can be waited for, its end too, and it does not outlive this one.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { PATIENCE_MS } from "./until";

const KEPT_CHARS = 20_000;
const running = new Set<ChildProcess>();

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class Child {
  /** Resolves when it has ended, however that came. */
  readonly ended: Promise<void>;
  #out = "";
  #errors = "";

  private constructor(
    readonly name: string,
    readonly process: ChildProcess,
  ) {
    running.add(process);
    this.ended = new Promise((resolve) => {
      process.once("close", () => {
        running.delete(process);
        resolve();
      });
    });
    process.on("error", (error) => (this.#errors += String(error)));
    process.stdout?.on("data", (chunk: Buffer) => (this.#out = (this.#out + chunk.toString()).slice(-KEPT_CHARS)));
    process.stderr?.on("data", (chunk: Buffer) => (this.#errors = (this.#errors + chunk.toString()).slice(-KEPT_CHARS)));
  }

  /** Its standard input is a pipe that stays open as long as this process lives. */
  static start(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
    return new Child(name, spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] }));
  }

  get hasEnded(): boolean {
    return !running.has(this.process);
  }

  get errors(): string {
    return this.#errors;
  }

  /** The first line that it prints. */
  async firstLine(): Promise<string> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    while (!this.#out.includes("\n")) {
      if (this.hasEnded) throw new Error(`${this.name} ended: ${this.#errors}`);
      await Promise.race([once(this.process.stdout as NodeJS.EventEmitter, "data", { signal: deadline }), this.ended]);
    }
    return this.#out.slice(0, this.#out.indexOf("\n"));
  }

  /** Ends this one process, by its id, and waits until it has. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (!this.hasEnded) this.process.kill(signal);
    await this.ended;
  }
}
