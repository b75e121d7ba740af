// What the server is, and what this caller may do there.

import { effect, signal } from "@preact/signals";
import { get } from "../api/client";
import type { ServerInfo } from "../api/types";
import { awaySince } from "./connection";
import { setServerTime } from "./clock";
import { entered } from "./token";

const WHILE_AWAY_MS = 700;

/** Null until it answered. */
export const server = signal<ServerInfo | null>(null);

async function ask(): Promise<void> {
  try {
    const info = await get<ServerInfo>("/server");
    setServerTime(info.now);
    server.value = info;
  } catch {
    return; // The client has told the connection's state already.
  }
}

/** Asks now, whenever a token is entered, and while the server is away until it is back. */
export function followServer(): void {
  effect(() => {
    entered.value;
    void ask();
  });
  effect(() => {
    if (awaySince.value === null) return;
    const timer = setInterval(() => void ask(), WHILE_AWAY_MS);
    return () => clearInterval(timer);
  });
}

/** Whether controls are offered; a server that did not say refuses by itself. */
export function mayControl(): boolean {
  return server.value?.may_control ?? true;
}
