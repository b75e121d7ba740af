// Studies as people make them: through the command line, run by real workers.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StudyDetail, TrialDetail, TrialPage, TrialRow } from "../../src/api/types";
import { Child } from "./child";
import { newFolder } from "./room";
import { BINARY, type Server } from "./server";
import { until } from "./until";

/** Labels: `lr`, `layers`, `batch`, `optimizer`, and for sgd only `optimizer.sgd.momentum`. */
const SPACE = {
  lr: { type: "loguniform", low: 1e-5, high: 0.1 },
  layers: { type: "int", low: 1, high: 6 },
  batch: { type: "choice", options: [16, 32, 64] },
  optimizer: {
    type: "choice",
    options: { sgd: { momentum: { type: "uniform", low: 0.5, high: 0.99 } }, adam: null, plain: null },
  },
};

interface StudyOptions {
  maxTrials?: number;
  /** Always six layers, which never work. */
  allFail?: boolean;
}

interface WorkerOptions {
  /** It ends after so many trials. */
  trials?: number;
  slots?: number;
  /** How long each of a trial's five steps takes, in seconds. */
  pace?: number;
}

const OBJECTIVE = join(DASHBOARD, "e2e/support/objective.py");

export class Study {
  readonly path: string;

  private constructor(
    readonly server: Server,
    readonly name: string,
  ) {
    this.path = `/studies/default/${name}`;
  }

  static async create(server: Server, name: string, { maxTrials, allFail = false }: StudyOptions = {}): Promise<Study> {
    const file = join(newFolder("study"), "study.json");
    const space = allFail ? { ...SPACE, layers: { type: "randint", low: 6, high: 7 } } : SPACE;
    const budget = maxTrials === undefined ? {} : { budget: { max_trials: maxTrials } };
    writeFileSync(file, JSON.stringify({ algorithm: "random", seed: 7, ...budget, space }));
    await server.cli("study", "create", file, "--name", name);
    return new Study(server, name);
  }

  /** One that is there already. */
  static named(server: Server, name: string): Study {
    return new Study(server, name);
  }

  /** The page's address, with a page of it and a query if given. */
  url(page = ""): string {
    return `/s/default/${this.name}${page === "" || page.startsWith("?") ? page : `/${page}`}`;
  }

  worker({ trials, slots = 1, pace = 0 }: WorkerOptions = {}): Child {
    const most = trials === undefined ? [] : ["--max-trials", String(trials)];
    const args = ["--study", this.name, "--slots", String(slots), ...most, "--no-spool", "--drain-grace", "1s"];
    const ends = ["--exit-when-idle", "120s", "--env", `PACE=${pace}`];
    const command = ["--", "python3", "-I", "-S", OBJECTIVE];
    return Child.start("tunewright worker", BINARY, ["worker", ...args, ...ends, ...command], this.server.env);
  }

  /** Has a real worker run so many trials, and waits until it has. */
  async run(trials: number, options: Omit<WorkerOptions, "trials"> = {}): Promise<void> {
    const before = await this.ended();
    const worker = this.worker({ ...options, trials });
    await worker.ended;
    await until(`${trials} more trials have ended (${worker.errors})`, async () => (await this.ended()) >= before + trials);
  }

  detail(): Promise<StudyDetail> {
    return this.server.get(this.path);
  }

  async ended(): Promise<number> {
    const { completed, failed, pruned, cancelled } = (await this.detail()).counts;
    return completed + failed + pruned + cancelled;
  }

  async trials(filter = "", sort = "number"): Promise<TrialRow[]> {
    const query = new URLSearchParams({ filter, sort, limit: "500" });
    return (await this.server.get<TrialPage>(`${this.path}/trials?${query}`)).rows;
  }

  trial(number: number): Promise<TrialDetail> {
    return this.server.get(`${this.path}/trials/${number}`);
  }

  async enqueue(params: Record<string, number | string>): Promise<number> {
    const response = await this.server.call("POST", `${this.path}/trials`, { params });
    return ((await response.json()) as { number: number }).number;
  }
}
