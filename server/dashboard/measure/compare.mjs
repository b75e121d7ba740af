// Tunewright's dashboard and optuna-dashboard on the same trials. Prints; see README.md.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { short } from "./figures.mjs";
import { machine } from "./machine.mjs";
import { ended, Server } from "./server.mjs";
import { browserVersion } from "./tab.mjs";
import { plotlyChart, tunewrightChart, visit } from "./visit.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SDK = join(HERE, "../../../sdk/python");

/** @type {[name: string, value: (visit: import("./visit.mjs").Visit) => number | null, unit: string][]} */
const ROWS = [
  ["bytes over the wire", ({ wire }) => wire / 1e6, "MB"],
  ["of these scripts and styles", ({ codeWire }) => codeWire / 1e6, "MB"],
  ["requests not answered by then", ({ waiting }) => waiting, ""],
  ["server CPU", ({ serverCpu }) => serverCpu, "s"],
  ["server memory in RAM", ({ serverMb }) => serverMb, "MB"],
  ["time to the first chart with data", ({ chartMs }) => (chartMs === null ? null : chartMs / 1000), "s"],
  ["main-thread CPU until then", ({ chartCpu }) => chartCpu, "s"],
  ["main-thread CPU until quiet, 30 s more at most", ({ quietCpu }) => quietCpu, "s"],
  ["DOM nodes", ({ nodes }) => nodes, ""],
  ["JavaScript heap", ({ heapMb }) => heapMb, "MB"],
];

const { values: options } = parseArgs({
  options: {
    trials: { type: "string", default: "2000,20000" },
    side: { type: "string", default: "optuna,tunewright" },
    seconds: { type: "string", default: "120" },
  },
});
const mostMs = 1000 * Number(options.seconds);
const python = required("COMPARE_PYTHON", "the python of an environment with requirements.txt");
const folder = await mkdtemp(join(tmpdir(), "compare-"));
const chromium = await browserVersion();
try {
  const sides = options.side.split(",");
  for (const trials of options.trials.split(",").map(Number)) {
    /** @type {Record<string, import("./visit.mjs").Visit[]>} */
    const visits = {};
    const before = machine(chromium);
    if (sides.includes("optuna")) visits["optuna-dashboard"] = await onOptuna(trials);
    if (sides.includes("tunewright")) visits["Tunewright"] = await onTunewright(trials);
    print(trials, before, visits);
  }
} finally {
  await rm(folder, { recursive: true });
}

/** @param {number} trials */
async function onOptuna(trials) {
  const file = join(folder, `${trials}.db`);
  await write("optuna", file, trials);
  const port = await freePort();
  const program = join(dirname(python), "optuna-dashboard");
  const child = spawn(program, [`sqlite:///${file}`, "--host", "127.0.0.1", "--port", `${port}`], { stdio: "ignore" });
  try {
    const url = `http://127.0.0.1:${port}/dashboard/studies/1`;
    await until(() => fetch(url).then((response) => response.ok));
    return await twice({ url, pid: /** @type {number} */ (child.pid), chartAt: plotlyChart });
  } finally {
    child.kill("SIGKILL");
    await ended(child);
  }
}

/** @param {number} trials */
async function onTunewright(trials) {
  const server = await Server.start(required("TUNEWRIGHT_BINARY", "the server"), `redb:${join(folder, `${trials}`)}`);
  let running = server;
  try {
    await write("tunewright", server.url, trials);
    // Both servers have been started on a store that is there already.
    await server.stop();
    running = await Server.start(server.binary, `redb:${join(folder, `${trials}`)}`);
    return await twice({ url: `${running.url}/s/default/compared`, pid: running.pid, chartAt: tunewrightChart });
  } finally {
    await running.stop("SIGKILL");
  }
}

/** The first visit since the server has started, and one more. @param {import("./visit.mjs").Place} place */
async function twice(place) {
  return [await visit(place, mostMs), await visit(place, mostMs)];
}

/** @param {string} side @param {string} address @param {number} trials */
async function write(side, address, trials) {
  const given = [join(HERE, "compare.py"), side, address, "--trials", `${trials}`];
  const code = await ended(spawn(python, given, { stdio: "inherit", env: { ...process.env, PYTHONPATH: SDK } }));
  if (code !== 0) throw new Error(`\`compare.py ${side}\` ended with ${code}`);
}

/** @param {number} trials @param {object} before @param {Record<string, import("./visit.mjs").Visit[]>} visits */
function print(trials, before, visits) {
  const told = Object.entries(before).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  console.log(`## The top page of a study of ${trials} trials, opened twice\n\n${told.join(", ")}\n`);
  const names = Object.keys(visits);
  console.log(`| measure, first visit / second | ${names.join(" | ")} |\n|---|${"---|".repeat(names.length)}`);
  for (const [name, value, unit] of ROWS) {
    const cells = names.map((side) => visits[side]?.map((one) => short(value(one))).join(" / "));
    console.log(`| ${unit === "" ? name : `${name}, ${unit}`} | ${cells.join(" | ")} |`);
  }
  console.log(`\n"not measured": no chart within ${mostMs / 1000} s, or the page was too busy to answer for 60 s more.\n`);
  console.log(`\`\`\`json\n${JSON.stringify({ machine: before, trials, visits })}\n\`\`\`\n`);
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const taken = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (taken.address());
      taken.close(() => resolve(port));
    });
  });
}

/** @param {() => Promise<boolean>} isTrue */
async function until(isTrue) {
  const end = Date.now() + mostMs;
  while (!(await isTrue().catch(() => false))) {
    if (Date.now() > end) throw new Error("optuna-dashboard does not answer");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** @param {string} name @param {string} what */
function required(name, what) {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name} to ${what}`);
  return value;
}
