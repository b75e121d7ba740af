import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { browse, type Look } from "../support/browser";
import type { Child } from "../support/child";
import { liveDot, painted, settled } from "../support/screen";
import { Server } from "../support/server";
import type { Stage } from "../support/stage";
import type { Study } from "../support/study";

interface Place {
  name: string;
  url: string;
  /** What is there once the page is. */
  ready: (page: Page) => Promise<void>;
}

const WIDTHS: readonly Look[] = [{ width: 1440 }, { width: 390, height: 844 }];
const AXE = readFileSync(join(DASHBOARD, "node_modules/axe-core/axe.min.js"), "utf8");
const allowed = /status of 40[14]/;

export function accessibility(stage: Stage): void {
  describe("axe finds nothing wrong", () => {
    let guarded: Server;
    let worker: Child;
    before(async () => {
      guarded = await Server.start(stage.kind, { auth: true });
      // A worker with nothing to do, for the page that lists them.
      worker = (await stage.study("resting", 0)).worker();
      await stage.server.cli("study", "pause", "resting");
    });
    after(async () => {
      await worker.end();
      await guarded.end();
    });

    for (const look of WIDTHS) {
      test(`on all pages, light and dark, ${look.width} pixels wide`, async () => {
        const found: string[] = [];
        await browse(stage.server, "/", { ...look, allowed }, async (page) => {
          for (const place of placesOf(stage.tuned)) {
            await page.goto(place.url);
            await place.ready(page);
            await settled(page);
            found.push(...(await violations(page, place.name)));
          }
        });
        await browse(guarded, "/", { ...look, allowed }, async (page) => {
          await heading(/asks for a token/)(page);
          found.push(...(await violations(page, "token entry")));
          await page.evaluate((token) => localStorage.setItem("tunewright.token", JSON.stringify(token)), guarded.adminToken);
          await page.reload();
          await heading(/No studies yet/)(page);
          found.push(...(await violations(page, "empty list")));
        });
        assert.equal(found.join("\n"), "");
      });
    }
  });
}

const heading = (name: RegExp) => (page: Page) => page.getByRole("heading", { name }).first().waitFor();

function placesOf(study: Study): Place[] {
  const figures = (...names: RegExp[]) => async (page: Page): Promise<void> => {
    await liveDot(page).waitFor();
    for (const name of names) await page.getByRole("figure", { name }).first().waitFor();
  };
  return [
    { name: "studies", url: "/", ready: (page) => page.getByRole("link", { name: study.name }).waitFor() },
    { name: "overview", url: study.url(), ready: figures(/^History/, /^Parameters and loss/, /importance/i) },
    { name: "analysis", url: study.url("analysis"), ready: figures(/lr/) },
    { name: "trials", url: study.url("trials"), ready: (page) => page.getByText("60 trials").first().waitFor() },
    { name: "drawer", url: study.url("trials?t=1"), ready: heading(/^Trial 1$/) },
    { name: "trial", url: study.url("t/0"), ready: heading(/^Trial 0$/) },
    { name: "compare", url: study.url("compare?t=0,1,2"), ready: heading(/What differs/) },
    { name: "compare nothing", url: study.url("compare"), ready: heading(/Nothing to compare yet/) },
    { name: "workers", url: "/workers", ready: (page) => page.getByRole("table").waitFor() },
    { name: "settings", url: "/settings", ready: heading(/^Settings$/) },
    { name: "no such study", url: "/s/default/nowhere", ready: heading(/There is no such study/) },
    { name: "no such page", url: "/s/default/nowhere/nothing", ready: heading(/There is no such page/) },
  ];
}

/** What axe finds with its default rules: a line for each rule that is broken, with the first place where it is. */
async function violations(page: Page, name: string): Promise<string[]> {
  const lines: string[] = [];
  await page.evaluate(AXE);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await painted(page);
    const results = await page.evaluate(() => {
      const { axe } = globalThis as unknown as { axe: { run: (where: Document, how: object) => Promise<AxeResults> } };
      return axe.run(document, { resultTypes: ["violations"] });
    });
    for (const { id, help, nodes } of results.violations) {
      const [first] = nodes;
      lines.push(`${name}, ${colorScheme}: ${id}: ${help}: ${nodes.length} times, first ${first?.html.slice(0, 160)}: ${first?.failureSummary}`);
    }
  }
  return lines;
}
