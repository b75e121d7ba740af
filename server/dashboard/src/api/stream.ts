// The server's event stream, read with fetch so that it can carry a token. It is opened again after a cut, by itself,
// and closed while nobody looks at the page.

import { effect } from "@preact/signals";
import { awaySince } from "../state/connection";
import { asProblem } from "./problem";
import { call } from "./client";

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 2000;
/** The server gives a sign of life every 10 s. */
const SILENCE_MS = 15_000;

export type StreamState = "connecting" | "open" | "waiting" | "hidden" | "refused";

export interface StreamListener {
  onEvent(name: string, data: unknown): void;
  onState(state: StreamState): void;
}

/** Opens a stream and keeps it open; the answer ends it for good. */
export function openStream(path: string, listener: StreamListener): () => void {
  let ended = false;
  let wait = FIRST_WAIT_MS;
  let timer = 0;
  let current: AbortController | null = null;

  const connect = async (): Promise<void> => {
    clearTimeout(timer);
    if (ended || current) return;
    if (document.hidden) return listener.onState("hidden");
    const cut = new AbortController();
    current = cut;
    listener.onState("connecting");
    try {
      const response = await call(path, { signal: cut.signal });
      listener.onState("open");
      await read(response, cut, (name, data) => {
        wait = FIRST_WAIT_MS;
        listener.onEvent(name, data);
      });
    } catch (error) {
      const { status } = asProblem(error);
      if (!cut.signal.aborted && [401, 403, 404].includes(status)) {
        ended = true;
        listener.onState("refused");
      }
    }
    if (current === cut) current = null;
    again();
  };

  const again = (): void => {
    if (ended) return;
    if (document.hidden) return listener.onState("hidden");
    listener.onState("waiting");
    timer = window.setTimeout(connect, wait);
    wait = Math.min(LONGEST_WAIT_MS, wait * 1.7);
  };

  const onVisibility = (): void => {
    if (document.hidden) current?.abort();
    else void connect();
  };

  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("online", connect);
  // Something between may hold a stream open whose server is gone: other calls tell sooner than silence does. They
  // also tell when it is back.
  let wasAway = false;
  const unfollow = effect(() => {
    const isAway = awaySince.value !== null;
    if (isAway) current?.abort();
    else if (wasAway) void connect();
    wasAway = isAway;
  });
  void connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibility);
    window.removeEventListener("online", connect);
    unfollow();
    current?.abort();
  };
}

/** Reads events until the stream ends, is cut, or falls silent. */
async function read(
  response: Response,
  cut: AbortController,
  onEvent: (name: string, data: unknown) => void,
): Promise<void> {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const silence = setTimeout(() => cut.abort(), SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    const frames = (rest + value).split(/\r?\n\r?\n/);
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const event = parseFrame(frame);
      if (event) onEvent(event.name, event.data);
    }
  }
}

/** One frame of text/event-stream; comments are signs of life and no events. */
export function parseFrame(frame: string): { name: string; data: unknown } | null {
  let name = "message";
  const data: string[] = [];
  for (const line of frame.split(/\r?\n/)) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5));
  }
  return data.length === 0 ? null : { name, data: JSON.parse(data.join("\n")) };
}
