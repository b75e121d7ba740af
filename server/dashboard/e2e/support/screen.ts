// What a person sees on a study's page, and does there, in their words.

import type { Locator, Page } from "playwright-core";
import { until } from "./until";

/** The value under a name: "Best loss", "Completed", "Throughput". */
export function figure(page: Page, name: RegExp): Locator {
  const term = page.getByRole("term").filter({ hasText: name });
  return page.locator("dl").filter({ has: term }).getByRole("definition").first();
}

/** A number as the page writes it, with its thousands apart. */
export function parse(text: string | null): number {
  const digits = (text ?? "").replace(/[\u202f,\s]/g, "").replace("−", "-");
  return Number(/^-?[\d.]+(e-?\d+)?/.exec(digits)?.[0] ?? NaN);
}

export async function completed(page: Page): Promise<number> {
  return parse(await figure(page, /^Completed$/).textContent());
}

export async function bestLoss(page: Page): Promise<number> {
  return parse(await figure(page, /^Best loss/).textContent());
}

export function liveDot(page: Page): Locator {
  return page.getByText(/^live\b/);
}

/** The revision that the page shows. */
export async function shownRev(page: Page): Promise<number> {
  return Number(await page.evaluate(() => document.documentElement.dataset["rev"] ?? "-1"));
}

export async function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

export function history(page: Page): Locator {
  return page.getByRole("figure", { name: "History" });
}

/** Parallel coordinates. */
export function parallel(page: Page): Locator {
  return page.getByRole("figure", { name: "Parameters and loss" });
}

/** Moves the focus on by Tab until it is on the element, as one without a mouse does. */
export async function tabTo(page: Page, target: Locator, key = "Tab", most = 200): Promise<void> {
  await target.first().waitFor();
  for (let step = 0; step < most; step++) {
    if (await target.first().evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`the focus did not come to ${target} within ${most} presses of ${key}`);
}

/** How many trials pass the filters, as the chips say; null if nothing filters. */
export async function matchedTrials(page: Page): Promise<{ matched: number; all: number } | null> {
  const chips = page.getByRole("group", { name: "Selection" });
  if ((await chips.count()) === 0) return null;
  const match = /([\d\u202f,]+) of ([\d\u202f,]+) trials/.exec((await chips.textContent()) ?? "");
  return match ? { matched: parse(match[1] ?? null), all: parse(match[2] ?? null) } : null;
}

/** Waits until the page's query has a key or has it no more. */
export async function queryHas(page: Page, key: string, there = true): Promise<string> {
  await until(`the URL ${there ? "has" : "has not"} ${key}`, () => new URL(page.url()).searchParams.has(key) === there);
  return new URL(page.url()).search;
}

/** Zooms the history by dragging over its middle. */
export async function zoomHistory(page: Page): Promise<void> {
  const chart = history(page);
  await chart.scrollIntoViewIfNeeded();
  const box = await until("the history is drawn", () => chart.locator("canvas").first().boundingBox());
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.3, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, y, { steps: 4 });
  await page.mouse.up();
}

/** Scrolls through the whole page, as some of it is only asked for once it is looked at, and waits until nothing is loading. */
export async function settled(page: Page): Promise<void> {
  await until("the end of the page is seen", () =>
    page.evaluate(() => {
      window.scrollBy(0, innerHeight / 2);
      return scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
    }),
  );
  await until("all of the page has loaded", async () => (await page.getByText(/^loading .*…$/i).count()) === 0);
  await page.evaluate(() => window.scrollTo(0, 0));
}

/** Waits until what was last changed has been painted, and no transition is under way. */
export async function painted(page: Page): Promise<void> {
  const twoFrames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await until("nothing changes any more", async () => {
    await page.evaluate(twoFrames);
    return page.evaluate(() => document.getAnimations().every((animation) => !(animation instanceof CSSTransition)));
  });
}
