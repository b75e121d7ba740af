import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkerList } from "../../src/api/types";
import { browse } from "../support/browser";
import { completed } from "../support/screen";
import type { Stage } from "../support/stage";
import { until } from "../support/until";

export function control(stage: Stage): void {
  test("a study is paused, resumed and stopped while a worker runs it", async (t) => {
    const study = await stage.study("controlled", 0);
    const worker = study.worker({ pace: 0.02 });
    t.after(() => worker.end());
    await browse(stage.server, study.url(), {}, async (page) => {
      await until("trials complete", async () => (await completed(page)) >= 2);

      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await page.getByText("paused", { exact: true }).first().waitFor();
      await until("running trials have ended", async () => (await study.detail()).counts.running === 0);
      const counts = (await study.detail()).counts;
      // The worker has asked for work again and again by then, and has got none, although a trial waits for it.
      await study.enqueue({ lr: 0.001 });
      const paused = Date.now();
      await until("the worker is heard of again", async () => {
        const { workers, now } = await stage.server.get<WorkerList>("/workers");
        const heard = Math.max(...workers.map(({ last_heard }) => last_heard - now + Date.now()));
        return heard > paused + 1000;
      });
      assert.equal(worker.hasEnded, false);
      assert.deepEqual((await study.detail()).counts, { ...counts, queued: counts.queued + 1 });
      await until("the page has counted the queued one", async () => (await page.getByText("1 queued").count()) > 0);

      await page.getByRole("button", { name: "Resume" }).click();
      await page.getByText("running", { exact: true }).first().waitFor();
      await until("results come again", async () => (await completed(page)) > counts.completed);

      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await page.getByRole("dialog", { name: "Stop this study?" }).getByRole("button", { name: "Stop", exact: true }).click();
      await page.getByText("stopped", { exact: true }).first().waitFor();
      await until("the server says so too", async () => (await study.detail()).state === "stopped");
      assert.equal(await page.getByRole("button", { name: "Pause", exact: true }).count(), 0, "nothing is left to control");
      assert.equal((await study.detail()).counts.running, 0);
    });
  });
}
