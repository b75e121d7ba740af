// Bundles the tests in a browser into a temporary folder and runs them with node's own runner: `npm run e2e`.
// TUNEWRIGHT_BINARY is the program that is tested. `npm run e2e -- redb` takes one store only; options go to the runner, for
// example `npm run e2e -- --test-name-pattern=brush`.
// `npm run shots` takes pictures of all pages instead, into the folder that SHOTS names.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dashboard = dirname(here);
if (!process.env.TUNEWRIGHT_BINARY) {
  console.error("TUNEWRIGHT_BINARY must name the program to test, for example target/debug/tunewright");
  process.exit(2);
}

/** It reads files beside its own, so it is loaded from where it is installed. */
const installedPlaywright = {
  name: "installed-playwright",
  setup(bundle) {
    const path = pathToFileURL(join(dashboard, "node_modules/playwright-core/index.mjs")).href;
    bundle.onResolve({ filter: /^playwright-core$/ }, () => ({ path, external: true }));
  },
};

const takesShots = process.argv[2] === "shots";
const words = process.argv.slice(takesShots ? 3 : 2);
const options = words.filter((word) => word.startsWith("-"));
const stores = words.filter((word) => !word.startsWith("-"));
const isChosen = (name) => stores.length === 0 || stores.includes(name.replace(".test.ts", ""));
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts") && isChosen(name));
const names = takesShots ? ["shots.ts"] : tests;
const outdir = mkdtempSync(join(tmpdir(), "dashboard-e2e-"));
let status = 1;
try {
  await build({
    entryPoints: names.map((name) => join(here, name)),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    define: { DASHBOARD: JSON.stringify(dashboard) },
    plugins: [installedPlaywright],
    logLevel: "warning",
  });
  const files = names.map((name) => join(outdir, name.replace(/\.ts$/, ".mjs")));
  const { error, status: code } = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...options, ...files], {
    stdio: "inherit",
  });
  if (error) throw error;
  status = code ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
process.exitCode = status;
