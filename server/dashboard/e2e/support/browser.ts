// A real Chromium. Whatever a test does with a page, an error on its console or a request to another host fails it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { serveBuiltPage } from "./built-page";
import { PATIENCE_MS } from "./until";

export interface Look {
  theme?: "light" | "dark";
  width?: number;
  height?: number;
  /** Errors on the console that the test brings about itself: Chromium reports each call that fails. */
  allowed?: RegExp;
  /** The token that the browser already has. */
  token?: string;
}

let started: Promise<Browser> | null = null;

function browser(): Promise<Browser> {
  started ??= chromium.launch({
    executablePath: execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  return started;
}

export async function endBrowser(): Promise<void> {
  await (await started)?.close();
  started = null;
}

/** Opens a browser window of its own at an address of the server, and closes it after `act`. */
export async function browse(server: { url: string }, path: string, look: Look, act: (page: Page) => Promise<void>): Promise<void> {
  const context = await (await browser()).newContext({
    baseURL: server.url,
    viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
    colorScheme: look.theme ?? "light",
    reducedMotion: "reduce",
    locale: "en-GB",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(PATIENCE_MS);
  if (look.token) await context.addInitScript(keepToken, look.token);
  await serveBuiltPage(context);
  const page = await context.newPage();
  const complaints = listen(page, server, look.allowed);
  try {
    await page.goto(path);
    await act(page);
    assert.deepEqual(complaints, [], "the page complained, or asked another host");
  } catch (error) {
    await keepPicture(page);
    throw complaints.length === 0 ? error : new Error(`${complaints.join("\n")}`, { cause: error });
  } finally {
    await context.close();
  }
}

function keepToken(token: string): void {
  localStorage.setItem("tunewright.token", JSON.stringify(token));
}

function listen(page: Page, server: { url: string }, allowed: RegExp | undefined): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const text = `${message.text()} (${message.location().url})`;
    if (!allowed?.test(text)) complaints.push(`console: ${text}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.protocol !== "blob:" && url.origin !== new URL(server.url).origin) {
      complaints.push(`request to another host: ${request.url()}`);
    }
  });
  return complaints;
}

/** What the page looked like when a test failed, for people: into the folder that E2E_FAILURES names. */
async function keepPicture(page: Page): Promise<void> {
  const folder = process.env["E2E_FAILURES"];
  if (!folder || page.isClosed()) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${Date.now()}.png`), fullPage: true });
}
