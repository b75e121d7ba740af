// What lies between page and server, and can be cut.

import { connect, createServer } from "node:net";

export class Cable {
  /** @type {Set<import("node:net").Socket>} */
  #sockets = new Set();
  #isCut = false;
  url = "";

  /** @param {string} url of the server */
  static async to(url) {
    const cable = new Cable();
    const port = Number(new URL(url).port);
    const server = createServer((near) => {
      if (cable.#isCut) return void near.destroy();
      const far = connect(port, "127.0.0.1");
      cable.#tie(near, far);
      cable.#tie(far, near);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
    server.unref();
    cable.url = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
    return cable;
  }

  /** @param {import("node:net").Socket} one @param {import("node:net").Socket} other */
  #tie(one, other) {
    this.#sockets.add(one);
    // An end that breaks takes the other with it; that is all there is to do about it.
    one.on("error", () => other.destroy());
    one.on("close", () => {
      other.destroy();
      this.#sockets.delete(one);
    });
    one.pipe(other);
  }

  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#isCut = false;
  }
}
