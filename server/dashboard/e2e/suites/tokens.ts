import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browse } from "../support/browser";
import { Server } from "../support/server";
import type { Stage } from "../support/stage";
import { Study } from "../support/study";

/** Chromium reports each answer that refuses a token. */
const allowed = /status of 40[13]/;
const WRONG_TOKEN = `tw_study_${"f".repeat(64)}`;

export function tokens(stage: Stage): void {
  describe("a server that asks for tokens", () => {
    let server: Server;
    let study: Study;
    before(async () => {
      server = await Server.start(stage.kind, { auth: true });
      study = await Study.create(server, "guarded");
      await study.run(3);
    });
    after(() => server.end());

    test("asks for one, refuses a wrong one, and lets an administrator's control", async () => {
      await browse(server, study.url(), { allowed }, async (page) => {
        await page.getByRole("heading", { name: "This server asks for a token" }).waitFor();
        const entry = page.getByLabel("Token", { exact: true });
        const use = page.getByRole("button", { name: "Use this token" });
        await entry.fill(WRONG_TOKEN);
        await use.click();
        await page.getByText("the server does not know this token").waitFor();

        await entry.fill(server.adminToken);
        await use.click();
        await page.getByRole("heading", { name: "guarded" }).waitFor();
        await page.getByRole("button", { name: "Pause", exact: true }).click();
        await page.getByText("paused", { exact: true }).first().waitFor();
        await page.getByRole("button", { name: "Resume" }).click();
        await page.getByText("running", { exact: true }).first().waitFor();

        await page.reload();
        await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
      });
    });

    test("shows a reader everything and offers no controls", async () => {
      const token = (await server.cli("token", "create", "--scope", "study:read@default", "--label", "reader")).trim();
      await browse(server, study.url(), { allowed, token }, async (page) => {
        await page.getByText("your token may read only").waitFor();
        assert.equal(await page.getByRole("button", { name: "Pause", exact: true }).count(), 0);
        await page.getByRole("link", { name: /^Trials/ }).click();
        await page.getByText("3 trials").first().waitFor();
        await page.goto(study.url("t/0"));
        await page.getByRole("heading", { name: "Trial 0" }).waitFor();
        await page.getByRole("button", { name: "Pick" }).waitFor();
        assert.equal(await page.getByRole("button", { name: "Variation…" }).count(), 0);
        assert.equal((await study.detail()).state, "active");
      });
    });
  });
}
