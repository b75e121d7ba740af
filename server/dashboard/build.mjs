// Makes dist/ of src/: `npm ci && npm run build`. The same sources always give the same bytes: `npm run fresh` makes them anew,
// writes nothing, and fails if dist/ has others.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** All that a first visit loads, compressed; more than this fails the build. */
const MOST_BYTES = 80_000;
const SINGLE_SOURCES = ["build.mjs", "icon.svg", "index.html", "package-lock.json", "package.json", "tsconfig.json"];
const COPIED = ["icon.svg", "index.html"];
const DIGEST = "SOURCES.sha256";

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

/** The files of dist/ by their names. */
async function made() {
  const bundled = await build({
    entryPoints: { app: "src/main.tsx" },
    outdir: "dist",
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "warning",
    write: false,
  });
  const files = new Map(bundled.outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]));
  for (const name of COPIED) files.set(name, await readFile(name));
  files.set(DIGEST, Buffer.from(`${await hashOfSources()}\n`));
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What differs between these files and those of dist/. */
async function differences(files) {
  const there = await readdir("dist").catch(() => []);
  const names = new Set([...files.keys(), ...there]);
  const differs = async (name) => {
    const kept = await readFile(join("dist", name)).catch(() => undefined);
    return !(kept && files.get(name)?.equals(kept));
  };
  const found = await Promise.all([...names].map(async (name) => ((await differs(name)) ? [name] : [])));
  return found.flat();
}

process.chdir(dirname(fileURLToPath(import.meta.url)));
const files = await made();
let total = 0;
for (const [name, bytes] of files) {
  const packed = gzipSync(bytes, { level: 9 }).length;
  if (name !== DIGEST) total += packed;
  console.log(`${name.padEnd(16)} ${String(bytes.length).padStart(8)} ${String(packed).padStart(8)} gz`);
}
console.log(`${"total".padEnd(25)} ${String(total).padStart(8)} gz`);
if (total > MOST_BYTES) {
  console.error(`dist/ is ${total} bytes compressed, and must stay at or below ${MOST_BYTES}`);
  process.exitCode = 1;
}
if (process.argv.includes("--fresh")) {
  const stale = await differences(files);
  if (stale.length > 0) {
    console.error(`dist/ is stale (${stale.join(", ")}): run \`make page\` and commit it`);
    process.exitCode = 1;
  }
} else {
  await rm("dist", { recursive: true, force: true });
  await mkdir("dist");
  for (const [name, bytes] of files) await writeFile(join("dist", name), bytes);
}
