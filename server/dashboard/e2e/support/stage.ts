// What the tests of one store share: a server, and a study whose trials were run by a real worker.

import { endBrowser } from "./browser";
import { Server, type StoreKind } from "./server";
import { Study } from "./study";

export const TUNED_TRIALS = 60;

export class Stage {
  #server: Server | null = null;
  #tuned: Study | null = null;

  constructor(readonly kind: StoreKind) {}

  async set(): Promise<void> {
    this.#server = await Server.start(this.kind);
    this.#tuned = await Study.create(this.#server, "tuned");
    await this.#tuned.run(TUNED_TRIALS, { slots: 4 });
  }

  async clear(): Promise<void> {
    await endBrowser();
    await this.#server?.end();
  }

  get server(): Server {
    if (!this.#server) throw new Error("the server did not start");
    return this.#server;
  }

  /** Active, with 60 ended trials of which some failed and some were pruned. Tests leave it as it is. */
  get tuned(): Study {
    if (!this.#tuned) throw new Error("the study was not run");
    return this.#tuned;
  }

  /** A study of a test's own, with so many trials run. */
  async study(name: string, trials: number): Promise<Study> {
    const study = await Study.create(this.server, name);
    if (trials > 0) await study.run(trials, { slots: 4 });
    return study;
  }
}
