import assert from "node:assert/strict";
import { test } from "node:test";
import { browse } from "../support/browser";
import { bestLoss, completed, liveDot, matchedTrials, queryHas, shownRev, zoomHistory } from "../support/screen";
import type { Stage } from "../support/stage";
import { until } from "../support/until";

/** The made-up training is best there; no random trial comes so near. */
const BEST_POINT = { lr: 10 ** -2.5, layers: 3, optimizer: "adam", batch: "32" };
const BEST_LOSS = 0.1;

export function watch(stage: Stage): void {
  test("a running study is watched: results come, and what was set up stays", async () => {
    const study = await stage.study("watched", 8);
    await browse(stage.server, "/", { height: 700 }, async (page) => {
      await page.getByRole("link", { name: "watched", exact: true }).click();
      await liveDot(page).waitFor();
      const counted = await completed(page);
      assert.equal(counted, (await study.detail()).counts.completed);
      assert.ok((await bestLoss(page)) > BEST_LOSS);

      await zoomHistory(page);
      const handle = page.getByRole("slider", { name: "lr, highest shown" });
      await handle.focus();
      await page.keyboard.press("PageDown");
      await queryHas(page, "b");
      await page.evaluate(() => window.scrollTo(0, 240));
      const set = {
        query: await queryHas(page, "zoom"),
        scroll: await page.evaluate(() => window.scrollY),
        loaded: await page.evaluate(() => performance.timeOrigin),
        limit: await handle.getAttribute("aria-valuetext"),
      };
      await until("the filter counts", async () => (await matchedTrials(page))?.all === 8);

      await study.enqueue(BEST_POINT);
      await study.run(6, { slots: 2, pace: 0.02 });
      await until("the best has improved", async () => Math.abs((await bestLoss(page)) - BEST_LOSS) < 1e-6);
      const { counts, rev } = await study.detail();
      await until("all results are there", async () => (await completed(page)) === counts.completed);
      await until("the page is at the server's revision", async () => (await shownRev(page)) >= rev);
      assert.ok(counts.completed > counted);
      await until("the filter is applied to the new trials too", async () => (await matchedTrials(page))?.all === 14);

      assert.equal(new URL(page.url()).search, set.query, "zoom and brush are kept");
      assert.equal(await handle.getAttribute("aria-valuetext"), set.limit);
      assert.equal(await page.evaluate(() => window.scrollY), set.scroll, "what is looked at stays where it is");
      assert.equal(await handle.evaluate((element) => element === document.activeElement), true, "the focus is kept");
      assert.equal(await page.evaluate(() => performance.timeOrigin), set.loaded, "without a reload");
      await liveDot(page).waitFor();
    });
  });
}
