import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { browse } from "../support/browser";
import { notSet } from "../support/columns";
import { matchedTrials, parallel, queryHas } from "../support/screen";
import { TUNED_TRIALS, type Stage } from "../support/stage";
import { until } from "../support/until";

export function brush(stage: Stage): void {
  test("an axis is brushed by keys, and chips, table and URL follow", async () => {
    await browse(stage.server, stage.tuned.url(), {}, async (page) => {
      const handle = page.getByRole("slider", { name: "lr, highest shown" });
      await handle.focus();
      for (const key of ["PageDown", "PageDown", "ArrowDown"]) await page.keyboard.press(key);
      const [, highest = NaN] = await rangeInUrl(page, "p.lr");
      const rows = await stage.tuned.trials();
      const expected = rows.filter(({ params }) => Number(params["lr"]) <= highest).length;
      assert.ok(expected > 0 && expected < TUNED_TRIALS, `the brush ends at ${highest}`);
      await until("the chips count", async () => (await matchedTrials(page))?.matched === expected);

      await page.reload();
      await until("a reload restores it", async () => (await matchedTrials(page))?.matched === expected);
      await page.getByRole("link", { name: /^Trials/ }).click();
      await page.getByText(`${expected} of ${TUNED_TRIALS} trials match`).waitFor();
      await queryHas(page, "b");

      await page.getByRole("button", { name: /^Remove filter lr/ }).click();
      await page.getByText(`${TUNED_TRIALS} trials`).first().waitFor();
      await queryHas(page, "b", false);
    });
  });

  test("an axis is brushed with the mouse, moved, and cleared with Escape", async () => {
    await browse(stage.server, stage.tuned.url(), {}, async (page) => {
      const layers = await axisOf(page, "layers");
      await drag(page, await layers(0.2), await layers(0.62));
      const first = await brushedLayers(page, stage, ([low, high]) => low < 2 && high > 4);

      // From its middle a brush is moved, not made anew.
      await drag(page, await layers(0.41), await layers(0.27));
      const second = await brushedLayers(page, stage, ([, high]) => high < first[1] - 0.5);
      assert.ok(Math.abs(second[1] - second[0] - (first[1] - first[0])) < 0.01, "it is as long as before");

      await page.keyboard.press("Escape");
      await queryHas(page, "b", false);
      assert.equal(await matchedTrials(page), null);
    });
  });

  test("every trial is in parallel coordinates, also where a parameter is not set", async () => {
    const label = "optimizer.sgd.momentum";
    const missing = await notSet(stage.tuned, label);
    const rows = await stage.tuned.trials();
    assert.equal(missing, rows.filter(({ params }) => !(label in params)).length);
    assert.ok(missing > 0 && missing < TUNED_TRIALS);
    await browse(stage.server, stage.tuned.url(), {}, async (page) => {
      await parallel(page).getByText(`${TUNED_TRIALS} trials`).first().waitFor({ state: "attached" });
      await page.getByRole("button", { name: `Axis ${label}: ` }).click();
      await page.getByRole("checkbox", { name: `not set (${missing})` }).check();
      await until("those that are not set are chosen", async () => (await matchedTrials(page))?.matched === missing);
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: /^Trials/ }).click();
      await page.getByText(`${missing} of ${TUNED_TRIALS} trials match`).waitFor();
    });
  });
}

/** The ends of an axis' one range in the URL. */
async function rangeInUrl(page: Page, axis: string): Promise<[number, number]> {
  const found = await until(`${axis} is in the URL`, () =>
    new URL(page.url()).searchParams.getAll("b").find((entry) => entry.startsWith(`${axis}:`)),
  );
  const [low = NaN, high = NaN] = found.slice(axis.length + 1).split("..").map(Number);
  return [low, high];
}

type Point = { x: number; y: number };

/** Where shares of a still unbrushed axis are on the page, 0 at its low end, also after the page has moved. */
async function axisOf(page: Page, axis: string): Promise<(share: number) => Promise<Point>> {
  const chart = parallel(page);
  await chart.scrollIntoViewIfNeeded();
  const handles = chart.getByRole("slider", { name: new RegExp(`^${axis}, `) });
  await handles.nth(1).waitFor({ state: "attached" });
  const box = await chart.boundingBox();
  const [low, high] = [await handles.nth(0).boundingBox(), await handles.nth(1).boundingBox()];
  if (!box || !low || !high) throw new Error(`no axis ${axis}`);
  const x = low.x + low.width / 2 - box.x;
  const bottom = low.y + low.height / 2 - box.y;
  const top = high.y + high.height / 2 - box.y;
  return async (share) => {
    const now = (await chart.boundingBox()) ?? box;
    return { x: now.x + x, y: now.y + bottom + (top - bottom) * share };
  };
}

async function drag(page: Page, from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

/** Waits until the brush of `layers` is as wanted and the chips count those within; gives back its ends. */
async function brushedLayers(page: Page, stage: Stage, isWanted: (range: [number, number]) => boolean): Promise<[number, number]> {
  const rows = await stage.tuned.trials();
  return until("the brush is where it was dragged, and the chips count", async () => {
    const range = await rangeInUrl(page, "p.layers");
    const expected = rows.filter(({ params }) => Number(params["layers"]) >= range[0] && Number(params["layers"]) <= range[1]).length;
    return isWanted(range) && (await matchedTrials(page))?.matched === expected && range;
  });
}
