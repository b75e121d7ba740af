// How long a page takes to be right again after its stream was cut, and after the server was killed and started again.

import { Cable } from "./cable.mjs";
import { Server } from "./server.mjs";
import { Tab } from "./tab.mjs";

const STUDY = "recovered";
const TRIALS = 1000;
const AWAY_MS = 3000;
const MOST_MS = 15_000;

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} binary
 * @param {string} folder for the store
 * @returns {Promise<import("./figures.mjs").Figure[]>}
 */
export async function recovery(browser, binary, folder) {
  let server = await Server.start(binary, `redb:${folder}`);
  const cable = await Cable.to(server.url);
  const tab = await Tab.open(browser);
  try {
    await server.begin(STUDY, TRIALS);
    await tab.page.goto(`${cable.url}/s/default/${STUDY}?${await aView(server)}`);
    await tab.quiet(15_000);
    const kept = await tab.page.evaluate(whatIsKept);

    cable.cut();
    await server.enqueue(STUDY);
    await tab.page.waitForTimeout(AWAY_MS);
    cable.mend();
    const afterCut = await converged(tab, revision(server));

    await server.stop("SIGKILL");
    await tab.page.waitForTimeout(AWAY_MS);
    server = await Server.start(binary, `redb:${folder}`, server.port);
    const afterRestart = await converged(tab, server.enqueue(STUDY));
    return [
      { name: "at the server's revision after the stream was cut for 3 s", value: afterCut, unit: "s", most: 3 },
      { name: "... after the server was killed, 3 s later started again", value: afterRestart, unit: "s", most: 3 },
      { name: "no reload; zoom and brush kept", value: (await tab.page.evaluate(whatIsKept)) === kept },
    ];
  } finally {
    await tab.close();
    await server.stop("SIGKILL");
  }
}

/** A zoomed history and a brushed axis, as a query. @param {Server} server */
async function aView(server) {
  const { parameters } = await server.study(STUDY);
  const { label, axis_low, axis_high } = parameters.find((/** @type {any} */ one) => one.scale === "linear");
  return new URLSearchParams({ zoom: "100..400", b: `p.${label}:${axis_low}..${(axis_low + axis_high) / 2}` }).toString();
}

/** Where the page is, and when it was loaded. Runs in the page. */
function whatIsKept() {
  return `${location.search} ${performance.timeOrigin}`;
}

/** @param {Server} server @returns {Promise<number>} */
async function revision(server) {
  return (await server.study(STUDY)).rev;
}

/** Seconds from now until the page says that it has painted this revision. @param {Tab} tab @param {Promise<number>} asked */
async function converged(tab, asked) {
  const began = performance.now();
  const rev = await asked;
  const isThere = (/** @type {number} */ wanted) => Number(document.documentElement.dataset["rev"]) >= wanted;
  try {
    await tab.page.waitForFunction(isThere, rev, { polling: 50, timeout: MOST_MS });
    return (performance.now() - began) / 1000;
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "TimeoutError") throw error;
    return null;
  }
}
