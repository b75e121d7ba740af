// The server's clock, as far as this browser knows it; ticks once a second while somebody looks.

import { signal } from "@preact/signals";

let offset = 0;

/** Milliseconds since 1970 by the server's clock. */
export const now = signal(Date.now());

/** Takes the server's time from an answer. */
export function setServerTime(serverNow: number): void {
  offset = serverNow - Date.now();
}

export function startClock(): void {
  const tick = (): void => {
    if (!document.hidden) now.value = Date.now() + offset;
  };
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
