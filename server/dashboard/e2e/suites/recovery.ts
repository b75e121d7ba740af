import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { browse } from "../support/browser";
import { Cable } from "../support/cable";
import { completed, liveDot, matchedTrials, shownRev } from "../support/screen";
import { Server } from "../support/server";
import type { Stage } from "../support/stage";
import { Study } from "../support/study";
import { until } from "../support/until";

const CONVERGES_WITHIN_MS = 3000;
/** Chromium reports each call that finds nobody. */
const allowed = /Failed to load resource: net::ERR_/;
const QUERY = "?zoom=2..7&b=p.lr:0.0001..0.05&pick=1,2";

export function recovery(stage: Stage): void {
  describe("the page recovers by itself", () => {
    let server: Server;
    let study: Study;
    before(async () => {
      server = await Server.start(stage.kind);
      study = await Study.create(server, "recovered");
      await study.run(10);
    });
    after(() => server.end());

    test("when the server was killed and started again", async (t) => {
      await browse(server, study.url(QUERY), { allowed }, async (page) => {
        const kept = await opened(page);
        await server.kill();
        await saysAway(page);
        await server.startAgain();
        const back = performance.now();
        await study.enqueue({ lr: 0.01 });
        t.diagnostic(await converges(page, study, back));
        assert.deepEqual(await opened(page), kept);
        await until("the new trial is there", async () => (await matchedTrials(page))?.all === 11);
      });
    });

    test("when the network was cut while results came", async (t) => {
      const cable = await Cable.to(server.url);
      t.after(() => cable.cut());
      await browse(cable, study.url(QUERY), { allowed }, async (page) => {
        const kept = await opened(page);
        await cable.cut();
        await saysAway(page);
        await study.run(3);
        await cable.mend();
        t.diagnostic(await converges(page, study, performance.now()));
        assert.deepEqual(await opened(page), kept);
        await until("all results are counted", async () => (await completed(page)) === (await study.detail()).counts.completed);
      });
    });
  });
}

/** What is to be the same afterwards: zoom, selection, and that the page was not loaded anew. */
async function opened(page: Page): Promise<unknown> {
  await liveDot(page).waitFor();
  await page.getByRole("button", { name: /^Remove filter lr/ }).waitFor();
  return { query: new URL(page.url()).search, loaded: await page.evaluate(() => performance.timeOrigin) };
}

async function saysAway(page: Page): Promise<void> {
  await page.getByText("The server does not answer.").waitFor();
  await page.getByText(/^reconnecting/).waitFor();
  assert.equal(await liveDot(page).count(), 0);
}

/** Tells how long it took. */
async function converges(page: Page, study: Study, since: number): Promise<string> {
  const { rev } = await study.detail();
  await until(`the page shows revision ${rev}`, async () => (await shownRev(page)) >= rev);
  const took = performance.now() - since;
  assert.ok(took < CONVERGES_WITHIN_MS, `it took ${Math.round(took)} ms`);
  await until("nothing says any more that the server is away", async () => (await page.getByText("The server does not answer.").count()) === 0);
  return `converged in ${Math.round(took)} ms, of ${CONVERGES_WITHIN_MS}`;
}
