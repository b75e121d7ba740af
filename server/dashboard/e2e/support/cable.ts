// The network between the browser and a server, which can be cut: connections end at once, and new ones are refused.

import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server as Listener, type Socket } from "node:net";

export class Cable {
  readonly #sockets = new Set<Socket>();
  #listener: Listener | null = null;
  #port = 0;

  private constructor(private readonly to: number) {}

  static async to(url: string): Promise<Cable> {
    const cable = new Cable(Number(new URL(url).port));
    await cable.mend();
    return cable;
  }

  /** What the browser is to be pointed at. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async mend(): Promise<void> {
    const listener = createServer((near) => {
      const far = connect(this.to, "127.0.0.1");
      for (const [one, other] of [[near, far], [far, near]] as const) {
        this.#sockets.add(one);
        one.pipe(other);
        one.on("error", () => one.destroy());
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
    listener.listen(this.#port, "127.0.0.1");
    await once(listener, "listening");
    this.#port = (listener.address() as AddressInfo).port;
    this.#listener = listener;
  }

  async cut(): Promise<void> {
    const listener = this.#listener;
    if (!listener) return;
    this.#listener = null;
    const closed = once(listener, "close");
    listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
