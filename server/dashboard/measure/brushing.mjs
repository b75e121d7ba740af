// What a drag along an axis of parallel coordinates costs, and moving over the chart.

import { quantile } from "./figures.mjs";
import { Tab } from "./tab.mjs";
import { tunewrightChart } from "./visit.mjs";

const MOVES = 60;
/** Between two moves: longer than a frame may take, so that each has its own. */
const PAUSE_MS = 80;

/**
 * @param {import("playwright-core").Browser} browser
 * @param {import("./server.mjs").Server} server
 * @param {string} study
 * @param {number} trials for the names of the figures
 * @returns {Promise<import("./figures.mjs").Figure[]>}
 */
export async function brushing(browser, server, study, trials) {
  const tab = await Tab.open(browser);
  try {
    await tab.page.goto(`${server.url}/s/default/${study}`);
    await tab.page.waitForFunction(tunewrightChart, null, { timeout: 60_000 });
    await tab.quiet(30_000);
    await tab.page.locator(".parallel").scrollIntoViewIfNeeded();
    await tab.page.locator(".axis-head").last().scrollIntoViewIfNeeded();
    const still = await costs(tab, async () => {});
    const chart = await box(tab, ".parallel");
    const axis = await box(tab, ".axis-head");
    const mouse = tab.page.mouse;
    const x = axis.x + axis.width / 2;
    const y = (/** @type {number} */ share) => chart.y + 60 + share * (chart.height - 130);

    const hover = await costs(tab, (part) => mouse.move(chart.x + 60 + part * (x - chart.x - 80), y(0.2 + 0.6 * part)));
    await mouse.move(x, y(0.1));
    await mouse.down();
    await mouse.move(x, y(0.15));
    await tab.page.evaluate(() => performance.clearMeasures("brush-frame"));
    const drag = await costs(tab, (part) => mouse.move(x, y(0.15 + 0.7 * part)));
    await mouse.up();
    const frames = await tab.page.evaluate(() => performance.getEntriesByName("brush-frame").map(({ duration }) => duration));
    const brushed = new URL(tab.page.url()).searchParams.has("b");
    const at = (/** @type {string} */ name) => `${trials} trials, all axes: ${name}`;
    const cpu = (/** @type {Cost[]} */ moves, /** @type {keyof Cost} */ what, /** @type {number} */ share) =>
      Math.max(0, (quantile(moves.map((move) => move[what]), share) ?? NaN) - (quantile(still.map((move) => move[what])) ?? 0));
    return [
      { name: at("the drag set a brush"), value: brushed },
      { name: at("brush frame, wall, p50"), value: quantile(frames), unit: "ms", note: `${frames.length} frames` },
      { name: at("brush frame, wall, p95"), value: quantile(frames, 0.95), unit: "ms", most: 50 },
      { name: at("main-thread CPU of a brush move, p50"), value: cpu(drag, "all", 0.5), unit: "ms" },
      { name: at("main-thread CPU of a brush move, p95"), value: cpu(drag, "all", 0.95), unit: "ms", most: 50 },
      { name: at("of it script, style and layout, p95"), value: cpu(drag, "own", 0.95), unit: "ms" },
      { name: at("main-thread CPU of a hover move, p50"), value: cpu(hover, "all", 0.5), unit: "ms" },
      { name: at("main-thread CPU of a hover move, p95"), value: cpu(hover, "all", 0.95), unit: "ms", most: 16 },
      { name: at("of it script, style and layout, p95"), value: cpu(hover, "own", 0.95), unit: "ms" },
    ];
  } finally {
    await tab.close();
  }
}

/** @typedef {{ all: number; own: number }} Cost main-thread CPU in ms, and what of it is script, style and layout */

/**
 * What each move costs with all that follows from it until the next.
 * @param {Tab} tab
 * @param {(part: number) => Promise<void>} move
 */
async function costs(tab, move) {
  /** @type {Cost[]} */
  const all = [];
  for (let i = 0; i < MOVES; i++) {
    const before = [await tab.cpuSeconds(), await tab.ownCpuSeconds()];
    await move(i / (MOVES - 1));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const after = [await tab.cpuSeconds(), await tab.ownCpuSeconds()];
    const [total = NaN, own = NaN] = after.map((seconds, k) => 1000 * (seconds - (before[k] ?? NaN)));
    all.push({ all: total, own });
  }
  return all;
}

/** @param {Tab} tab @param {string} selector of which the last is taken */
async function box(tab, selector) {
  const found = await tab.page.locator(selector).last().boundingBox();
  if (!found) throw new Error(`there is no \`${selector}\` on the page`);
  return found;
}
