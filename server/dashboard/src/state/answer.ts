// One answer of the server in a component: asked for again when it may have changed, while the last one stays shown.

import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api/client";
import { asProblem, type Problem } from "../api/problem";

export interface Answer<T> {
  data: T | null;
  problem: Problem | null;
  loading: boolean;
}

const BETWEEN_MS = 1000;
const RETRY_MS = 1500;

/**
 * Asks for `path` when it or `version` changes; one request at a time, and `betweenMs` apart or more. A change while a
 * request is under way is asked for after it: a study that never rests would else never be answered. Null asks nothing,
 * and data of another path is not shown.
 */
export function useAnswer<T>(path: string | null, version: number | string = 0, betweenMs = BETWEEN_MS): Answer<T> {
  const [held, setHeld] = useState<Held<T>>({ path, ...NOTHING });
  const asking = useRef<Asking<T> | null>(null);
  useEffect(() => {
    if (path === null) return;
    const now = new Asking<T>(path, setHeld);
    asking.current = now;
    return () => {
      asking.current = null;
      now.stop();
    };
  }, [path]);
  useEffect(() => asking.current?.askSoon(betweenMs), [path, version]);
  return held.path === path ? held : { data: null, problem: null, loading: path !== null };
}

type Held<T> = Answer<T> & { path: string | null };
const NOTHING = { data: null, problem: null, loading: true };

/** The requests for one path, one after the other. */
class Asking<T> {
  #cut = new AbortController();
  #timer = 0;
  #isBusy = false;
  #isStale = false;
  #askedAt = -Infinity;
  #last: Held<T>;

  constructor(
    private readonly path: string,
    private readonly tell: (held: Held<T>) => void,
  ) {
    this.#last = { path, ...NOTHING };
  }

  stop(): void {
    this.#cut.abort();
    clearTimeout(this.#timer);
  }

  askSoon(betweenMs: number): void {
    this.#isStale = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    const wait = Math.max(0, this.#askedAt + betweenMs - performance.now());
    this.#timer = window.setTimeout(() => void this.#ask(betweenMs), wait);
  }

  async #ask(betweenMs: number): Promise<void> {
    this.#isStale = false;
    this.#askedAt = performance.now();
    try {
      const data = await get<T>(this.path, this.#cut.signal);
      this.#last = { path: this.path, data, problem: null, loading: false };
    } catch (error) {
      const problem = asProblem(error);
      this.#last = { ...this.#last, problem, loading: false };
      if (problem.isAway || problem.status === 503) {
        this.#isStale = true;
        betweenMs = Math.max(betweenMs, RETRY_MS);
      }
    }
    if (this.#cut.signal.aborted) return;
    this.tell(this.#last);
    this.#isBusy = false;
    if (this.#isStale) this.askSoon(betweenMs);
  }
}

/** Asks for `path` every `everyMs` while the page is looked at. */
export function usePoll<T>(path: string, everyMs: number): Answer<T> & { again: () => void } {
  const [round, setRound] = useState(0);
  const again = (): void => setRound((n) => n + 1);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || again(), everyMs);
    const onVisible = (): void => {
      if (!document.hidden) again();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [everyMs]);
  return { ...useAnswer<T>(path, round, 0), again };
}
