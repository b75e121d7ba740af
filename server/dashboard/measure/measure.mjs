// Measures the dashboard against its targets. Prints; see README.md.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brushing } from "./brushing.mjs";
import { print } from "./figures.mjs";
import { idle, live } from "./live.mjs";
import { loading } from "./loading.mjs";
import { machine } from "./machine.mjs";
import { recovery } from "./recovery.mjs";
import { Server } from "./server.mjs";
import { openBrowser } from "./tab.mjs";

const PARTS = ["loading", "brushing", "idle", "live", "recovery"];

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: PARTS.join(",") },
    trials: { type: "string", default: "1000,10000,100000" },
    runs: { type: "string", default: "5" },
    rate: { type: "string", default: "500" },
    seconds: { type: "string", default: "60" },
    tabs: { type: "string", default: "10" },
  },
});
const binary = process.env["TUNEWRIGHT_BINARY"];
if (!binary) throw new Error("set TUNEWRIGHT_BINARY to the server");
const parts = options.only.split(",");
const unknown = parts.find((part) => !PARTS.includes(part));
if (unknown) throw new Error(`there is no part \`${unknown}\`: there are ${PARTS.join(", ")}`);
const sizes = options.trials.split(",").map(Number);
const browser = await openBrowser();
try {
  if (["loading", "brushing", "idle"].some((part) => parts.includes(part))) await onFinishedStudies(binary);
  if (parts.includes("live")) await onServer(binary, onLiveStudy);
  if (parts.includes("recovery")) await onStore(binary);
} finally {
  await browser.close();
}

/** @param {string} binary */
async function onFinishedStudies(binary) {
  await onServer(binary, async (server) => {
    for (const trials of sizes) {
      const study = `of-${trials}`;
      await server.fill(study, trials);
      const isLargest = trials === sizes.at(-1);
      if (parts.includes("loading")) await part("Opening Overview", () => loading(server, study, trials, Number(options.runs)));
      if (parts.includes("brushing") && isLargest) await part("Brushing", () => brushing(browser, server, study, trials));
      if (parts.includes("idle") && isLargest) await part("Nothing happens", () => idle(browser, server, study));
    }
  });
}

/** @param {Server} server */
async function onLiveStudy(server) {
  const given = { rate: Number(options.rate), seconds: Number(options.seconds), tabs: Number(options.tabs) };
  await part("Live", () => live(browser, server, given));
}

/** @param {string} binary */
async function onStore(binary) {
  const folder = await mkdtemp(join(tmpdir(), "measure-"));
  try {
    await part("Recovery", () => recovery(browser, binary, folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {string} binary @param {(server: Server) => Promise<void>} act */
async function onServer(binary, act) {
  const server = await Server.start(binary, "memory:");
  try {
    await act(server);
  } finally {
    await server.stop("SIGKILL");
  }
}

/** Prints what one part measures, or why it could not, and goes on. @param {string} title @param {() => Promise<import("./figures.mjs").Figure[]>} act */
async function part(title, act) {
  const before = machine(browser.version());
  try {
    print(title, before, await act());
  } catch (error) {
    process.exitCode = 1;
    console.error(`## ${title}\n\nnot measured: ${error instanceof Error ? error.stack : error}\n`);
  }
}
