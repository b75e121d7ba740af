// A study that gets results all the time, open in many tabs; and one in which nothing happens.

import { quantile } from "./figures.mjs";
import { cpuSeconds } from "./machine.mjs";
import { ended, endsOf } from "./server.mjs";
import { Tab } from "./tab.mjs";
import { tunewrightChart } from "./visit.mjs";

const STUDY = "live";
const SAMPLE_MS = 100;
const SETTLE_MS = 10_000;
const IDLE_SECONDS = 30;

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {import("playwright-core").Browser} browser
 * @param {import("./server.mjs").Server} server
 * @param {{ rate: number; seconds: number; tabs: number }} given
 * @returns {Promise<import("./figures.mjs").Figure[]>}
 */
export async function live(browser, server, { rate, seconds, tabs: count }) {
  const player = server.play(STUDY, rate * (seconds + 600), rate);
  const tabs = await openTabs(browser, server, count);
  const tab = /** @type {Tab} */ (tabs[0]);
  await tab.page.evaluate(watchRevisions);
  const heapBefore = (await tab.memory()).heapMb;
  const before = await costs(browser, server, tab);
  const samples = await sample(server, seconds);
  const after = await costs(browser, server, tab);
  player.kill("SIGINT");
  await ended(player);
  const shown = /** @type {[at: number, rev: number][]} */ (await tab.page.evaluate("shownRevisions"));
  const latencies = latenciesOf(samples, shown);
  const missed = await behind(server, tabs);
  const heapGrowth = (await tab.memory()).heapMb - heapBefore;
  await Promise.all(tabs.map((one) => one.close()));
  const at = (/** @type {string} */ name) => `${count} tabs, ${rate} ends/s for ${seconds} s: ${name}`;
  const took = after.at - before.at;
  const core = "% of a core";
  return [
    { name: at("trial ends a second that came"), value: (after.ends - before.ends) / took },
    { name: at("event to pixel, p50"), value: quantile(latencies), unit: "ms", note: `${latencies.length} events` },
    { name: at("event to pixel, p95"), value: quantile(latencies, 0.95), unit: "ms", most: 1000 },
    { name: at("paintings of new revisions a second"), value: shown.length / took },
    { name: at("main thread of one tab"), value: (100 * (after.page - before.page)) / took, unit: core, most: 30 },
    { name: at("all of the browser"), value: (100 * (after.browser - before.browser)) / took, unit: core },
    { name: at("of this the one process that draws for all tabs"), value: (100 * (after.drawing - before.drawing)) / took, unit: core },
    { name: at("heap growth"), value: heapGrowth, unit: "MB", most: 10 },
    { name: at("server CPU"), value: (100 * (after.server - before.server)) / took, unit: core },
    { name: at("all tabs end at the server's revision"), value: missed === 0, note: `${missed} of ${count} do not` },
  ];
}

/** What was spent so far, all in seconds, and how many trials have ended. @param {import("playwright-core").Browser} browser @param {import("./server.mjs").Server} server @param {Tab} tab */
async function costs(browser, server, tab) {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
  await cdp.detach();
  const sum = (/** @type {typeof processInfo} */ some) => some.reduce((total, { cpuTime }) => total + cpuTime, 0);
  return {
    at: performance.now() / 1000,
    page: await tab.cpuSeconds(),
    browser: sum(processInfo),
    drawing: sum(processInfo.filter(({ type }) => type === "GPU")),
    server: cpuSeconds(server.pid),
    ends: endsOf(await server.study(STUDY)),
  };
}

/**
 * What an open page costs when nothing happens.
 * @param {import("playwright-core").Browser} browser
 * @param {import("./server.mjs").Server} server
 * @param {string} study
 * @returns {Promise<import("./figures.mjs").Figure[]>}
 */
export async function idle(browser, server, study) {
  const tab = await Tab.open(browser);
  try {
    await tab.page.goto(`${server.url}/s/default/${study}`);
    await tab.quiet(30_000);
    await pause(2000);
    const before = { page: await tab.cpuSeconds(), server: cpuSeconds(server.pid) };
    await pause(IDLE_SECONDS * 1000);
    const share = (/** @type {number} */ seconds) => (100 * seconds) / IDLE_SECONDS;
    return [
      { name: "one idle page: main thread", value: share((await tab.cpuSeconds()) - before.page), unit: "% of a core" },
      { name: "one idle page: server", value: share(cpuSeconds(server.pid) - before.server), unit: "% of a core", most: 1 },
    ];
  } finally {
    await tab.close();
  }
}

/** @param {import("playwright-core").Browser} browser @param {import("./server.mjs").Server} server @param {number} count */
async function openTabs(browser, server, count) {
  for (let wait = 0; wait < 100; wait++) {
    if (await server.study(STUDY).then(({ rev }) => rev > 0, () => false)) break;
    await pause(100);
  }
  const tabs = [];
  for (let i = 0; i < count; i++) tabs.push(await Tab.open(browser));
  await Promise.all(
    tabs.map(async (tab) => {
      await tab.page.goto(`${server.url}/s/default/${STUDY}`, { timeout: 60_000 });
      await tab.page.waitForFunction(tunewrightChart, null, { timeout: 60_000 });
    }),
  );
  return tabs;
}

/** Notes when the page says that it has painted which revision. Runs in the page. */
function watchRevisions() {
  const shown = /** @type {[number, number][]} */ ([]);
  Object.assign(window, { shownRevisions: shown });
  const note = () => shown.push([Date.now(), Number(document.documentElement.dataset["rev"])]);
  new MutationObserver(note).observe(document.documentElement, { attributeFilter: ["data-rev"] });
}

/** The server's newest revision and when it came, ten times a second. @param {import("./server.mjs").Server} server @param {number} seconds */
async function sample(server, seconds) {
  const samples = /** @type {[at: number, rev: number][]} */ ([]);
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const { rev, last_event_at } = await server.study(STUDY);
    if (rev !== samples.at(-1)?.[1]) samples.push([last_event_at, rev]);
    await pause(SAMPLE_MS);
  }
  return samples;
}

/** From each sampled event to the first painting that has it, in ms. Server and page have the same clock. @param {[number, number][]} samples @param {[number, number][]} shown */
function latenciesOf(samples, shown) {
  const latencies = [];
  for (const [at, rev] of samples) {
    const painting = shown.find(([, painted]) => painted >= rev);
    if (painting) latencies.push(painting[0] - at);
  }
  return latencies;
}

/** How many tabs have not come to the server's revision within ten seconds. @param {import("./server.mjs").Server} server @param {Tab[]} tabs */
async function behind(server, tabs) {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const { rev } = await server.study(STUDY);
    const shown = await Promise.all(tabs.map(({ page }) => page.evaluate(() => Number(document.documentElement.dataset["rev"]))));
    const late = shown.filter((one) => one !== rev).length;
    if (late === 0 || performance.now() > end) return late;
    await pause(200);
  }
}
