// Makes dist/ of src/: `npm ci && npm run build`. The same sources always give the same bytes.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** All that a first visit loads, compressed; more than this fails the build. */
const MOST_BYTES = 100_000;
const SINGLE_SOURCES = ["build.mjs", "icon.svg", "index.html", "package-lock.json", "package.json", "tsconfig.json"];

async function filesUnder(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(path) : [path];
    }),
  );
  return found.flat();
}

/** One SHA-256 over `path NUL content NUL` of every source, sorted by path: a test tells from it that dist/ is stale. */
async function hashOfSources() {
  const paths = [...SINGLE_SOURCES, ...(await filesUnder("src"))].sort((a, b) => (a < b ? -1 : 1));
  const hash = createHash("sha256");
  for (const path of paths) hash.update(path).update("\0").update(await readFile(path)).update("\0");
  return hash.digest("hex");
}

process.chdir(import.meta.dirname);
await rm("dist", { recursive: true, force: true });
await mkdir("dist");
const entryPoints = { app: "src/main.tsx" };
if (existsSync("src/raster/raster.ts")) entryPoints.raster = "src/raster/raster.ts";
await build({
  entryPoints,
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
});
for (const name of ["index.html", "icon.svg"]) await copyFile(name, join("dist", name));
await writeFile("dist/SOURCES.sha256", `${await hashOfSources()}\n`);

let total = 0;
for (const name of (await readdir("dist")).sort()) {
  const bytes = await readFile(join("dist", name));
  const packed = gzipSync(bytes, { level: 9 }).length;
  if (name !== "SOURCES.sha256") total += packed;
  console.log(`${name.padEnd(16)} ${String(bytes.length).padStart(8)} ${String(packed).padStart(8)} gz`);
}
console.log(`${"total".padEnd(25)} ${String(total).padStart(8)} gz`);
if (total > MOST_BYTES) {
  console.error(`dist/ is ${total} bytes compressed, and must stay below ${MOST_BYTES}`);
  process.exitCode = 1;
}
