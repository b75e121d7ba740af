// Pictures of all pages in both themes, from real runs: `npm run shots`. They go into the folder that SHOTS names.

import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { browse, endBrowser } from "./support/browser";
import type { Child } from "./support/child";
import { painted, settled } from "./support/screen";
import { Server } from "./support/server";
import { Study } from "./support/study";
import { until } from "./support/until";

const TRIALS = 600;
const FOLDER = process.env["SHOTS"] ?? mkdtempSync(join(tmpdir(), "tunewright-shots-"));
const THEMES = ["light", "dark"] as const;
const PHONE = { width: 390, height: 844 };

describe("pictures", () => {
  let server: Server;
  let empty: Server;
  let guarded: Server;
  let demo: Study;
  const workers: Child[] = [];
  before(async () => {
    mkdirSync(FOLDER, { recursive: true });
    [server, empty, guarded] = await Promise.all([Server.start("redb"), Server.start("redb"), Server.start("redb", { auth: true })]);
    await server.cli("demo-data", "--study", "demo", "--trials", String(TRIALS), "--rate", "0", "--seed", "1");
    demo = Study.named(server, "demo");
    await seedOthers(server);
    const running = await Study.create(server, "vision-lr", { maxTrials: 400 });
    workers.push(running.worker({ slots: 2, pace: 0.4 }), running.worker({ slots: 1, pace: 0.3 }));
    await until("some trials have ended", async () => (await running.ended()) >= 8);
  });
  after(async () => {
    await Promise.all(workers.map((worker) => worker.end()));
    await endBrowser();
    await Promise.all([server, empty, guarded].map((one) => one.end()));
  });

  for (const theme of THEMES) {
    test(`in ${theme}`, async () => {
      const [best, second, third] = await demo.trials("state:completed", "loss");
      const [failed] = await demo.trials("state:failed", "-number");
      if (!best || !second || !third || !failed) throw new Error("the study has no three completed and one failed trial");
      const chosen = [best, second, third].map(({ number }) => number).join(",");
      const shots: [name: string, url: string][] = [
        ["studies", "/"],
        ["overview", demo.url()],
        ["overview-brushed", demo.url("?top=10")],
        ["overview-running", "/s/default/vision-lr"],
        ["overview-failed", "/s/default/out-of-luck"],
        ["analysis", demo.url("analysis")],
        ["trials", demo.url("trials?sort=loss")],
        ["drawer", demo.url(`trials?sort=loss&t=${best.number}`)],
        ["trial", demo.url(`t/${best.number}`)],
        ["trial-failed", demo.url(`t/${failed.number}`)],
        ["compare", demo.url(`compare?t=${chosen}`)],
        ["workers", "/workers"],
        ["settings", "/settings"],
        ["not-found", "/s/default/nowhere/nothing"],
      ];
      await browse(server, "/", { theme }, async (page) => {
        for (const [name, url] of shots) {
          await page.goto(url);
          await page.getByRole("heading").first().waitFor();
          await take(page, `${name}-${theme}`);
        }
      });
      await browse(server, "/", { theme, ...PHONE }, async (page) => {
        for (const [name, url] of shots.slice(0, 2)) {
          await page.goto(url);
          await page.getByRole("heading").first().waitFor();
          await take(page, `${name}-phone-${theme}`);
        }
      });
      await browse(empty, "/", { theme }, (page) => take(page, `studies-empty-${theme}`));
      await browse(guarded, "/", { theme, allowed: /status of 401/ }, async (page) => {
        await page.getByRole("heading", { name: /asks for a token/ }).waitFor();
        await take(page, `token-${theme}`);
      });
    });
  }

  after(() => console.log(`pictures are in ${FOLDER}`));
});

/** All of the page, in a window as high as it is: so nothing that is fixed to the window's edges is in the middle. */
async function take(page: Page, name: string): Promise<void> {
  await settled(page);
  const window = page.viewportSize();
  if (!window) throw new Error("a page has a size");
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: window.width, height: Math.max(window.height, height) });
  await painted(page);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  await page.setViewportSize(window);
}

/** Studies in other states, for the list. */
async function seedOthers(server: Server): Promise<void> {
  const finished = await Study.create(server, "digits-small", { maxTrials: 24 });
  await finished.run(24, { slots: 4 });
  const paused = await Study.create(server, "speech-tune", { maxTrials: 100 });
  await paused.run(10, { slots: 4 });
  await server.cli("study", "pause", "speech-tune");
  const failing = await Study.create(server, "out-of-luck", { allFail: true });
  await failing.run(6, { slots: 4 });
}
