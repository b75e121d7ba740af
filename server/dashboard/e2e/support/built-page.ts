// For work on the page: with TUNEWRIGHT_PAGE=dist the page comes from that folder instead of from the program, which then need
// not be built anew after each change.

import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { BrowserContext } from "playwright-core";

const KINDS: Record<string, string> = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html" };
/** As strict as the server's own. */
const POLICY = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'";

export async function serveBuiltPage(context: BrowserContext): Promise<void> {
  const folder = process.env["TUNEWRIGHT_PAGE"];
  if (!folder) return;
  await context.route(
    (url) => !url.pathname.startsWith("/api/"),
    async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      const file = name !== "" && existsSync(join(folder, name)) ? name : "index.html";
      const contentType = `${KINDS[extname(file)]}; charset=utf-8`;
      await route.fulfill({ body: readFileSync(join(folder, file)), contentType, headers: { "content-security-policy": POLICY } });
    },
  );
}
