import assert from "node:assert/strict";
import { test } from "node:test";
import { browse } from "../support/browser";
import { clipboard, tabTo } from "../support/screen";
import type { Stage } from "../support/stage";
import { until } from "../support/until";

export function keyboard(stage: Stage): void {
  test("with the keyboard alone: find the best trial, copy its parameters, pause the study", async () => {
    const study = await stage.study("by-keys", 6);
    const best = (await study.detail()).best;
    assert.ok(best);
    await browse(stage.server, "/", {}, async (page) => {
      await page.evaluate(() => navigator.clipboard.writeText(""));
      await tabTo(page, page.getByRole("link", { name: "by-keys", exact: true }));
      await page.keyboard.press("Enter");
      await tabTo(page, page.getByRole("link", { name: `trial ${best.trial}`, exact: true }));
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: `Trial ${best.trial}` }).waitFor();

      const copy = page.getByRole("group", { name: `Copy parameters of trial ${best.trial} as` });
      await tabTo(page, copy.getByRole("button", { name: "JSON" }));
      await page.keyboard.press("Enter");
      const copied = await until("the parameters are copied", () => clipboard(page));
      assert.deepEqual(JSON.parse(copied), (await study.trial(best.trial)).params);

      await tabTo(page, page.getByRole("button", { name: "Pause", exact: true }), "Shift+Tab");
      await page.keyboard.press("Enter");
      await page.getByText("paused", { exact: true }).first().waitFor();
      assert.equal((await study.detail()).state, "paused");
    });
  });
}
