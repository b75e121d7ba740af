// Bundles each test of pure code and runs them all with node's own runner: `npm test`.

import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

process.chdir(import.meta.dirname);
const outdir = await mkdtemp(join(tmpdir(), "dashboard-test-"));
const names = (await readdir(".")).filter((name) => name.endsWith(".test.ts"));
await build({ entryPoints: names.map((name) => join(import.meta.dirname, name)), outdir, outExtension: { ".js": ".mjs" }, bundle: true, platform: "node", format: "esm", logLevel: "warning" });
const files = names.map((name) => join(outdir, name.replace(/\.ts$/, ".mjs")));
const { status } = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" });
await rm(outdir, { recursive: true });
process.exitCode = status ?? 1;
