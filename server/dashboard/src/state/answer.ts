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
 * Asks for `path` when it or `version` changes; one request at a time, and a second apart or more. Null asks nothing.
 * Data of another path is not shown.
 */
export function useAnswer<T>(path: string | null, version: number | string = 0, betweenMs = BETWEEN_MS): Answer<T> {
  const [held, setHeld] = useState<Answer<T> & { path: string | null }>({ path, ...NOTHING });
  const asked = useRef({ path: null as string | null, at: 0 });
  useEffect(() => {
    if (path === null) return;
    const cut = new AbortController();
    const isNew = asked.current.path !== path;
    const wait = isNew ? 0 : Math.max(0, asked.current.at + betweenMs - Date.now());
    let timer = window.setTimeout(function ask() {
      asked.current = { path, at: Date.now() };
      get<T>(path, cut.signal).then(
        (data) => cut.signal.aborted || setHeld({ path, data, problem: null, loading: false }),
        (error) => {
          if (cut.signal.aborted) return;
          const problem = asProblem(error);
          setHeld((before) => ({ path, data: before.path === path ? before.data : null, problem, loading: false }));
          if (problem.isAway || problem.status === 503) timer = window.setTimeout(ask, RETRY_MS);
        },
      );
    }, wait);
    return () => {
      clearTimeout(timer);
      cut.abort();
    };
  }, [path, version]);
  return held.path === path ? held : { data: null, problem: null, loading: path !== null };
}

const NOTHING = { data: null, problem: null, loading: true };

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
