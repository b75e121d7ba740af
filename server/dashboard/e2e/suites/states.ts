import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browse } from "../support/browser";
import { completed, history, parallel } from "../support/screen";
import { Server } from "../support/server";
import type { Stage } from "../support/stage";
import { Study } from "../support/study";

export function states(stage: Stage): void {
  describe("what there is to say at each stage", () => {
    let server: Server;
    before(async () => {
      server = await Server.start(stage.kind);
    });
    after(() => server.end());

    test("an empty server shows how to begin", async () => {
      await browse(server, "/", {}, async (page) => {
        await page.getByRole("heading", { name: "No studies yet" }).waitFor();
        await page.getByText("tunewright serve").waitFor();
      });
    });

    test("an empty study waits for workers, and one trial is shown as it comes", async () => {
      const study = await Study.create(server, "empty");
      await browse(server, study.url(), {}, async (page) => {
        await page.getByRole("heading", { name: "No trials yet" }).waitFor();
        await page.getByText("tunewright worker").waitFor();
        await study.enqueue({ lr: 0.003, layers: 2, optimizer: "adam" });
        await study.run(1);
        await page.getByRole("link", { name: "trial 0", exact: true }).first().waitFor();
        assert.equal(await completed(page), 1);
        for (const chart of [history(page), parallel(page)]) await chart.waitFor();
      });
    });

    test("a study whose trials all fail tells the top cause", async () => {
      const study = await Study.create(server, "hopeless", { allFail: true });
      await study.run(4);
      await browse(server, study.url(), {}, async (page) => {
        await page.getByRole("heading", { name: /No trial has completed/ }).waitFor();
        await page.getByRole("heading", { name: /the objective failed · 4 trials/ }).waitFor();
        await page.getByText(/RuntimeError: six layers do not converge/).first().waitFor();
      });
    });

    test("a paused study offers to go on", async () => {
      const study = await Study.create(server, "paused");
      await server.call("POST", `${study.path}/pause`, {});
      await browse(server, study.url(), {}, async (page) => {
        await page.getByRole("button", { name: "Resume" }).waitFor();
        await page.getByText("The study is paused, and nothing was tried.").waitFor();
      });
    });

    test("a finished study says why it ended, and has nothing to control", async () => {
      const study = await Study.create(server, "finished", { maxTrials: 3 });
      await study.run(3);
      await browse(server, study.url(), {}, async (page) => {
        await page.getByText("done", { exact: true }).first().waitFor();
        await page.getByText("all its trials are used").waitFor();
        assert.equal(await page.getByRole("button", { name: "Pause", exact: true }).count(), 0);
      });
    });

    test("what is not there is said", async () => {
      await browse(server, "/s/default/nowhere", { allowed: /status of 404/ }, async (page) => {
        await page.getByRole("heading", { name: "There is no such study" }).waitFor();
        await page.goto("/s/default/nowhere/nothing");
        await page.getByRole("heading", { name: "There is no such page" }).waitFor();
        await page.getByRole("link", { name: "All studies" }).click();
        await page.getByRole("heading", { name: "Studies", exact: true }).waitFor();
      });
    });
  });
}
