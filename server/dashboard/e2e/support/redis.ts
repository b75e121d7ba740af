// A real Redis for one server.

import { createServer, connect, type AddressInfo } from "node:net";
import { once } from "node:events";
import { Child } from "./child";
import { newFolder } from "./room";
import { until } from "./until";

/** Ends Redis when this process does, even when this process was killed: the pipe to its standard input then closes. */
const LEASH = `
exec 3<&0
redis-server "$@" < /dev/null & redis=$!
{ read -r line; kill -9 $redis; } <&3 2> /dev/null &
wait $redis
`;

export class Redis {
  private constructor(
    readonly url: string,
    readonly child: Child,
  ) {}

  static async start(): Promise<Redis> {
    // Somebody else can take the port between our asking for it and Redis binding it.
    for (let attempt = 0; attempt < 5; attempt++) {
      const port = await freePort();
      const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"];
      const more = ["--appendfsync", "always", "--dir", newFolder("redis")];
      const child = Child.start("redis-server", "sh", ["-c", LEASH, "sh", ...settings, ...more]);
      const answers = await until("redis-server answers", async () => child.hasEnded || (await ping(port)) || undefined);
      if (answers === "pong") return new Redis(`redis://127.0.0.1:${port}/0`, child);
    }
    throw new Error("redis-server does not start");
  }

  async end(): Promise<void> {
    this.child.process.stdin?.end();
    await this.child.ended;
  }
}

/** A port that nobody listens on at the moment. */
async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, "close");
  return port;
}

async function ping(port: number): Promise<"pong" | undefined> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    socket.write("PING\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString().startsWith("+PONG") ? "pong" : undefined;
  } catch {
    return undefined; // Nobody listens yet.
  } finally {
    socket.destroy();
  }
}
