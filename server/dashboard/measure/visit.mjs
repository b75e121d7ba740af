// One visit of a page, from navigation until its first chart has data and then until it is quiet.

import { setTimeout } from "node:timers/promises";
import { cpuSeconds, residentMb } from "./machine.mjs";
import { openBrowser, Tab } from "./tab.mjs";

/** How long a busy page is waited for to answer how it is. */
const ANSWER_MS = 60_000;
const SETTLE_MS = 30_000;

/**
 * @typedef {object} Visit a value is null where the chart did not come, or the page did not answer
 * @property {number | null} chartMs from navigation to the first chart with data
 * @property {number | null} chartCpu seconds of the page's main thread until then
 * @property {number | null} quietCpu ... until the page was quiet
 * @property {number | null} nodes
 * @property {number | null} heapMb
 * @property {number} wire bytes
 * @property {number} codeWire bytes of scripts and styles
 * @property {number} waiting requests that were not answered by then: their bytes are missing
 * @property {string[]} hosts
 * @property {number} serverCpu seconds
 * @property {number} serverMb in RAM at the end
 */

/**
 * @typedef {object} Place
 * @property {string} url
 * @property {number} pid the server's
 * @property {() => number | null} chartAt runs in the page: when the first chart had data, in ms since navigation
 */

/**
 * Opens a page in a browser of its own, which is ended with it: a tab that is busy cannot be closed.
 * @param {Place} place
 * @param {number} mostMs how long to wait for the chart
 * @returns {Promise<Visit>}
 */
export async function visit({ url, pid, chartAt }, mostMs) {
  const browser = await openBrowser();
  try {
    const tab = await Tab.open(browser);
    const serverBefore = cpuSeconds(pid);
    await tab.page.goto(url, { waitUntil: "commit", timeout: mostMs });
    const chartMs = await tab.page
      .waitForFunction(chartAt, null, { polling: 50, timeout: mostMs })
      .then((handle) => handle.jsonValue())
      .catch((error) => {
        if (error.name !== "TimeoutError") throw error;
        return null;
      });
    const chartCpu = chartMs === null ? null : await tab.cpuSeconds();
    await tab.quiet(SETTLE_MS);
    const quietCpu = await answer(tab.cpuSeconds());
    const memory = await answer(tab.memory());
    const { all, code, waiting, hosts } = tab.wire();
    const serverCpu = cpuSeconds(pid) - serverBefore;
    return {
      chartMs,
      chartCpu,
      quietCpu,
      nodes: memory?.nodes ?? null,
      heapMb: memory?.heapMb ?? null,
      wire: all,
      codeWire: code,
      waiting,
      hosts,
      serverCpu,
      serverMb: residentMb(pid),
    };
  } finally {
    await browser.close();
  }
}

/** The mark that Tunewright's page sets. Runs in the page. */
export function tunewrightChart() {
  return performance.getEntriesByName("first-chart")[0]?.startTime ?? null;
}

/** The first point that plotly has drawn, seen up to 50 ms late. Runs in the page. */
export function plotlyChart() {
  return document.querySelector(".js-plotly-plot .scatterlayer .points path") ? performance.now() : null;
}

/** @template T @param {Promise<T>} asked @returns {Promise<T | null>} */
async function answer(asked) {
  const cut = new AbortController();
  const late = setTimeout(ANSWER_MS, null, { signal: cut.signal }).catch(() => null);
  // Whoever asks a page that is closed meanwhile is refused, and nobody waits for that any more.
  asked.catch(() => null);
  return Promise.race([asked, late]).finally(() => cut.abort());
}
