// What it costs to open Overview, by the size of the study.

import { quantile } from "./figures.mjs";
import { tunewrightChart, visit } from "./visit.mjs";

const MOST_MS = 60_000;

/** The most of each figure, by trials; sizes without targets are measured all the same. */
const TARGETS = /** @type {Record<number, { seconds?: number; cpu?: number; wireMb?: number; heapMb?: number; serverMs?: number }>} */ ({
  1000: { seconds: 0.8, cpu: 0.5 },
  10000: { seconds: 1.2, cpu: 0.8, wireMb: 0.5 },
  100000: { seconds: 2.0, cpu: 1.5, wireMb: 2.5, heapMb: 120, serverMs: 150 },
});

/**
 * Opens Overview of a study `runs` times, each time in a new browser, and gives medians. One visit
 * before is not counted: it makes the server's columns.
 * @param {import("./server.mjs").Server} server
 * @param {string} study
 * @param {number} trials
 * @param {number} runs
 * @returns {Promise<import("./figures.mjs").Figure[]>}
 */
export async function loading(server, study, trials, runs) {
  const place = { url: `${server.url}/s/default/${study}`, pid: server.pid, chartAt: tunewrightChart };
  await visit(place, MOST_MS);
  /** @type {import("./visit.mjs").Visit[]} */
  const visits = [];
  for (let run = 0; run < runs; run++) visits.push(await visit(place, MOST_MS));
  const middle = (/** @type {(one: import("./visit.mjs").Visit) => number | null} */ of) => {
    const values = visits.map(of).filter((value) => value !== null);
    return values.length < runs ? null : quantile(values);
  };
  const most = TARGETS[trials] ?? {};
  const at = (/** @type {string} */ name) => `${trials} trials: ${name}`;
  return [
    { name: at("scripts and styles on the wire"), value: middle(({ codeWire }) => codeWire / 1e3), unit: "kB", most: 80 },
    { name: at("requests to this server only"), value: visits.every(({ hosts }) => hosts.length === 1) },
    { name: at("time to the first chart"), value: scaled(middle(({ chartMs }) => chartMs), 1e-3), unit: "s", most: most.seconds },
    { name: at("main-thread CPU until the first chart"), value: middle(({ chartCpu }) => chartCpu), unit: "s", most: most.cpu },
    { name: at("main-thread CPU until all is there"), value: middle(({ quietCpu }) => quietCpu), unit: "s" },
    { name: at("all of Overview on the wire"), value: middle(({ wire }) => wire / 1e6), unit: "MB", most: most.wireMb },
    { name: at("server CPU, warm"), value: middle(({ serverCpu }) => serverCpu * 1e3), unit: "ms", most: most.serverMs },
    { name: at("server memory in RAM"), value: middle(({ serverMb }) => serverMb), unit: "MB" },
    { name: at("JavaScript heap"), value: middle(({ heapMb }) => heapMb), unit: "MB", most: most.heapMb },
    { name: at("DOM nodes"), value: middle(({ nodes }) => nodes) },
  ];
}

/** @param {number | null} value @param {number} factor */
function scaled(value, factor) {
  return value === null ? null : value * factor;
}
