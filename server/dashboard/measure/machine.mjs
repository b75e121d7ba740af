// What a figure was measured on.

import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";

/**
 * The machine's size, and how busy it is at this moment.
 * @param {string} chromium its version
 */
export function machine(chromium) {
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    chromium,
    node: process.version,
    load_average: loadavg()[0],
  };
}

/**
 * CPU time of a process and of all its children that live, in seconds, in steps of 10 ms.
 * @param {number} pid
 * @returns {number}
 */
export function cpuSeconds(pid) {
  return family(pid).reduce((sum, one) => sum + cpuTicks(one), 0) / 100;
}

/**
 * Memory of a process and of all its children that is in RAM, in MB.
 * @param {number} pid
 * @returns {number}
 */
export function residentMb(pid) {
  const pages = family(pid).map((one) => Number(readFileSync(`/proc/${one}/statm`, "utf8").split(" ")[1]));
  return (pages.reduce((sum, n) => sum + n, 0) * 4096) / 1e6;
}

/** @param {number} pid */
function cpuTicks(pid) {
  // The name in parentheses may hold spaces, so what is counted begins behind it: user is the 14th field, system the 15th.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/**
 * @param {number} pid
 * @returns {number[]}
 */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [pid, ...(children === "" ? [] : children.split(" ").flatMap((child) => family(Number(child))))];
}
