import assert from "node:assert/strict";
import { test } from "node:test";
import { browse } from "../support/browser";
import { figure } from "../support/screen";
import type { Stage } from "../support/stage";
import { until } from "../support/until";

export function enqueue(stage: Stage): void {
  test("a variation of the best trial is enqueued, and a real worker runs it", async () => {
    const study = await stage.study("variation", 6);
    const best = (await study.detail()).best;
    assert.ok(best);
    // Chromium reports the answer to the value that the server refuses.
    const allowed = /status of 400/;
    await browse(stage.server, study.url(`t/${best.trial}`), { allowed }, async (page) => {
      await page.getByRole("button", { name: "Variation…" }).click();
      const dialog = page.getByRole("dialog", { name: `A variation of trial ${best.trial}` });
      const lr = dialog.getByRole("textbox", { name: "lr", exact: true });
      const submit = dialog.getByRole("button", { name: "Enqueue" });
      const refusal = async (): Promise<string> => {
        await until("the field is said to be wrong", async () => (await lr.getAttribute("aria-invalid")) === "true");
        const id = (await lr.getAttribute("aria-describedby")) ?? "";
        return (await page.locator(`[id="${id}"]`).textContent()) ?? "";
      };
      assert.equal(await lr.inputValue(), String((await study.trial(best.trial)).params["lr"]));

      await lr.fill("quick");
      await submit.click();
      assert.match(await refusal(), /`quick` is not a number/);
      await lr.fill("7.5");
      await submit.click();
      await until("the server's refusal is next to the field", async () => /7\.5|0\.1/.test(await refusal()));
      assert.equal((await study.detail()).counts.queued, 0, "nothing wrong was queued");

      await lr.fill("0.0025");
      await submit.click();
      await page.getByRole("heading", { name: "Trial 6" }).waitFor();
      await page.getByText("queued", { exact: true }).first().waitFor();
      const before = await page.evaluate(() => performance.timeOrigin);

      await study.run(1);
      await page.getByText("completed", { exact: true }).first().waitFor();
      const { loss, params, origin } = await study.trial(6);
      assert.equal(origin, "enqueued");
      assert.deepEqual(params, { ...(await study.trial(best.trial)).params, lr: 0.0025 });
      await page.getByTitle(String(loss), { exact: true }).first().waitFor();
      assert.equal(await page.evaluate(() => performance.timeOrigin), before, "without a reload");

      await page.getByRole("link", { name: "Overview" }).click();
      await figure(page, /^Completed$/).waitFor();
    });
  });
}
