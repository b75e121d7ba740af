// The real program, serving.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Child } from "./child";
import { Redis } from "./redis";
import { newFolder } from "./room";

export type StoreKind = "redb" | "redis";

export const BINARY = process.env["TUNEWRIGHT_BINARY"] ?? "tunewright";
const ADMIN_TOKEN = `tw_admin_${"0123456789abcdef".repeat(4)}`;

interface ServerOptions {
  /** Whether it asks for tokens; calls of the tests are then an administrator's. */
  auth?: boolean;
}

export class Server {
  #child: Child | null = null;
  #url = "";

  private constructor(
    readonly kind: StoreKind,
    private readonly store: readonly string[],
    private readonly redis: Redis | null,
    private readonly tokenFile: string | null,
  ) {}

  static async start(kind: StoreKind, { auth = false }: ServerOptions = {}): Promise<Server> {
    const folder = newFolder("server");
    const redis = kind === "redis" ? await Redis.start() : null;
    const store = redis ? ["--store", redis.url] : ["--store", "redb", "--data-dir", join(folder, "data")];
    const tokenFile = auth ? join(folder, "admin.token") : null;
    if (tokenFile) writeFileSync(tokenFile, `${ADMIN_TOKEN}\n`, { mode: 0o600 });
    const server = new Server(kind, store, redis, tokenFile);
    await server.#serve("127.0.0.1:0");
    return server;
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    return this.#url;
  }

  get adminToken(): string {
    return ADMIN_TOKEN;
  }

  /** What the programs that talk to it need to know. */
  get env(): NodeJS.ProcessEnv {
    return { TUNEWRIGHT_SERVER: this.#url, ...(this.tokenFile ? { TUNEWRIGHT_TOKEN_FILE: this.tokenFile } : {}) };
  }

  async #serve(listen: string): Promise<void> {
    const auth = this.tokenFile ? ["--auth", "--admin-token-file", this.tokenFile] : [];
    const args = ["--json", "serve", "--exit-with-stdin", "--listen", listen, ...this.store, ...auth];
    const child = Child.start("tunewright serve", BINARY, args);
    this.#url = (JSON.parse(await child.firstLine()) as { listening: string }).listening;
    this.#child = child;
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    await this.#child?.end("SIGKILL");
  }

  /** Starts it again where it was; it listens when this returns. */
  async startAgain(): Promise<void> {
    await this.#serve(new URL(this.#url).host);
  }

  async end(): Promise<void> {
    await this.kill();
    await this.redis?.end();
  }

  /** Runs `tunewright ARGS...` against it and gives back what it prints. */
  async cli(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(BINARY, args, { env: { ...process.env, ...this.env } });
    return stdout;
  }

  /** A call under /api/v1; throws with the server's own words if it refuses. */
  async call(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(this.tokenFile ? { authorization: `Bearer ${ADMIN_TOKEN}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.call("GET", path)).json()) as T;
  }
}
