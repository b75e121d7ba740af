// One tab of a real Chromium, in a browser window of its own: an empty cache, its own process.

import { execFileSync } from "node:child_process";
import { chromium } from "playwright-core";

/** A page is quiet once nothing was on its way for this long. */
const QUIET_MS = 1000;

export function openBrowser() {
  const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

export async function browserVersion() {
  const browser = await openBrowser();
  await browser.close();
  return browser.version();
}

/** @param {string} url */
const isStream = (url) => url.includes("/api/v1/events");

export class Tab {
  /** Requests on their way, without the stream of events, which never ends. @type {Set<string>} */
  #waiting = new Set();
  /** @type {Map<string, { url: string; kind: string; bytes: number }>} */
  #requests = new Map();
  #lastEnd = 0;

  /**
   * @param {import("playwright-core").BrowserContext} context
   * @param {import("playwright-core").Page} page
   * @param {import("playwright-core").CDPSession} cdp
   */
  constructor(context, page, cdp) {
    this.context = context;
    this.page = page;
    this.cdp = cdp;
    cdp.on("Network.requestWillBeSent", ({ requestId, request, type }) => {
      this.#requests.set(requestId, { url: request.url, kind: type ?? "Other", bytes: 0 });
      if (!isStream(request.url)) this.#waiting.add(requestId);
    });
    cdp.on("Network.dataReceived", ({ requestId, encodedDataLength }) => this.#came(requestId, encodedDataLength));
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => this.#ended(requestId, encodedDataLength));
    cdp.on("Network.loadingFailed", ({ requestId }) => this.#ended(requestId, null));
  }

  /** @param {import("playwright-core").Browser} browser */
  static async open(browser) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    const tab = new Tab(context, page, cdp);
    await cdp.send("Network.enable");
    // CPU time instead of wall time: another program's work is not counted.
    await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    return tab;
  }

  /** @param {string} id @param {number} bytes */
  #came(id, bytes) {
    const request = this.#requests.get(id);
    if (request) request.bytes += bytes;
  }

  /** @param {string} id @param {number | null} bytes all of it with its headers; null: what came before counts */
  #ended(id, bytes) {
    const request = this.#requests.get(id);
    if (request && bytes !== null) request.bytes = bytes;
    this.#waiting.delete(id);
    this.#lastEnd = performance.now();
  }

  /** Waits until nothing was on its way for a second. @param {number} mostMs */
  async quiet(mostMs) {
    const end = performance.now() + mostMs;
    while (performance.now() < end) {
      if (this.#waiting.size === 0 && performance.now() - this.#lastEnd > QUIET_MS) return;
      await this.page.waitForTimeout(100);
    }
  }

  /** What went over the wire so far, headers and all, by the kind of request. The stream of events is not in it. */
  wire() {
    const all = [...this.#requests.values()].filter(({ url }) => url.startsWith("http") && !isStream(url));
    const sum = (/** @type {string[]} */ kinds) =>
      all.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)).reduce((total, { bytes }) => total + bytes, 0);
    const hosts = [...new Set(all.map(({ url }) => new URL(url).host))];
    return { all: sum([]), code: sum(["Script", "Stylesheet"]), waiting: this.#waiting.size, hosts };
  }

  /** CPU time of the page's main thread since it was navigated to, in seconds. */
  async cpuSeconds() {
    return (await this.#metrics()).get("TaskDuration") ?? NaN;
  }

  /** What of that was the page's own doing, script, styles and layout; the rest is Chromium's, such as handing pictures on. */
  async ownCpuSeconds() {
    const metrics = await this.#metrics();
    return ["ScriptDuration", "RecalcStyleDuration", "LayoutDuration"].reduce((sum, name) => sum + (metrics.get(name) ?? NaN), 0);
  }

  /** What is left after a garbage collection: heap with what buffers hold, in MB, and DOM nodes. Workers are not in it. */
  async memory() {
    await this.cdp.send("HeapProfiler.collectGarbage");
    const heap = /** @type {Record<string, number>} */ (await this.cdp.send("Runtime.getHeapUsage"));
    const bytes = (heap.usedSize ?? 0) + (heap.embedderHeapUsedSize ?? 0) + (heap.backingStorageSize ?? 0);
    return { heapMb: bytes / 1e6, nodes: (await this.#metrics()).get("Nodes") ?? NaN };
  }

  async #metrics() {
    const { metrics } = await this.cdp.send("Performance.getMetrics");
    return new Map(metrics.map(({ name, value }) => [name, value]));
  }

  async close() {
    await this.context.close();
  }
}
