// A Tunewright server of one's own, on a port that the system chooses or that it had before.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Server {
  /**
   * @param {string} binary
   * @param {string} url
   * @param {import("node:child_process").ChildProcess} child
   */
  constructor(binary, url, child) {
    this.binary = binary;
    this.url = url;
    this.child = child;
    this.pid = /** @type {number} */ (child.pid);
  }

  /**
   * @param {string} binary
   * @param {string} store such as `memory:` or `redb:DIR`
   * @param {number} port 0 for any
   */
  static async start(binary, store, port = 0) {
    const listen = `127.0.0.1:${port}`;
    const child = spawn(binary, ["--json", "serve", "--listen", listen, "--store", store, "--exit-with-stdin"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    for await (const line of createInterface({ input: /** @type {import("node:stream").Readable} */ (child.stdout) })) {
      return new Server(binary, JSON.parse(line).listening, child);
    }
    throw new Error(`\`${binary} serve\` ended before it listened`);
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  /** @param {string} path of the API, such as `/studies` @param {RequestInit} [init] */
  async call(path, init) {
    const response = await fetch(`${this.url}/api/v1${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** A study as the API tells it. @param {string} name */
  study(name) {
    return this.call(`/studies/default/${name}`);
  }

  /** Adds a queued trial, which raises the study's revision; the revision after it. @param {string} name */
  async enqueue(name) {
    const body = JSON.stringify({ params: {} });
    await this.call(`/studies/default/${name}/trials`, { method: "POST", body, headers: { "content-type": "application/json" } });
    return (await this.study(name)).rev;
  }

  /**
   * Plays trials into a study. Resolves with the running program.
   * @param {string} study
   * @param {number} trials in all
   * @param {number} rate ends a second; 0 for as many as can
   */
  play(study, trials, rate) {
    const given = ["demo-data", "--study", study, "--trials", `${trials}`, "--rate", `${rate}`, "--seed", "1"];
    return spawn(this.binary, ["--server", this.url, "--quiet", ...given], { stdio: "ignore" });
  }

  /** Makes a study of so many trials, and waits until all have ended. @param {string} study @param {number} trials */
  async fill(study, trials) {
    const code = await ended(this.play(study, trials, 0));
    if (code !== 0) throw new Error(`\`demo-data --trials ${trials}\` ended with ${code}`);
  }

  /** Makes a study that is still active once so many trials have ended, but gets no more. @param {string} study @param {number} trials */
  async begin(study, trials) {
    const player = this.play(study, 100 * trials, 0);
    while (player.exitCode === null) {
      if (endsOf(await this.study(study).catch(() => null)) >= trials) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    player.kill("SIGINT");
    await ended(player);
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal = "SIGTERM") {
    this.child.kill(signal);
    await ended(this.child);
  }
}

/** How many trials of a study have ended; none if there is no study. @param {{ counts: Record<string, number> } | null} study */
export function endsOf(study) {
  return ["completed", "failed", "pruned"].reduce((sum, state) => sum + (study?.counts[state] ?? 0), 0);
}

/** Waits for a program's end. @param {import("node:child_process").ChildProcess} child @returns {Promise<number | null>} */
export async function ended(child) {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once("exit", resolve));
  return child.exitCode;
}
