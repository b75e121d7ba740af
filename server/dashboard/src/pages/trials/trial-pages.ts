// The rows of the table that were looked at, asked for by pages of a hundred. When the study changes, those in view are
// fetched anew while the old ones stay shown, so that nothing jumps.

import { batch, signal } from "@preact/signals";
import { get } from "../../api/client";
import { asProblem, type Problem } from "../../api/problem";
import type { TrialPage, TrialRow } from "../../api/types";

const PAGE_ROWS = 100;
const BETWEEN_MS = 1000;
const RETRY_MS = 1500;

export class TrialPages {
  /** How many trials match; null until that is known. */
  readonly matched = signal<number | null>(null);
  readonly total = signal(0);
  readonly problem = signal<Problem | null>(null);
  /** Rises when rows came. */
  readonly version = signal(0);
  /** How many rows have come in above all others since the filter and the order were chosen. */
  readonly above = signal(0);

  #rows = new Map<number, TrialRow>();
  /** Pages that are as new as they can be; the others are shown, and asked for again. */
  #fresh = new Set<number>();
  #view: [first: number, last: number] = [0, 0];
  #filter = "";
  #sort = "";
  #cut = new AbortController();
  #busy = false;
  #timer = 0;
  #lastAsked = 0;

  constructor(private readonly path: string) {}

  stop(): void {
    this.#cut.abort();
    clearTimeout(this.#timer);
  }

  /** Another filter or order: rows of the old one stay until the first of the new ones came. */
  ask(filter: string, sort: string): void {
    this.#cut.abort();
    this.#cut = new AbortController();
    this.#busy = false;
    [this.#filter, this.#sort] = [filter, sort];
    this.#fresh.clear();
    this.above.value = 0;
    this.#lastAsked = 0;
    this.#fetchNext(true);
  }

  /** The study changed: what is in view is fetched anew, once a second at most. */
  refresh(): void {
    this.#fresh.clear();
    this.#fetchNext(false);
  }

  /** The rows that can be seen. */
  look(first: number, last: number): void {
    this.#view = [first, last];
    this.#fetchNext(false);
  }

  row(index: number): TrialRow | undefined {
    return this.#rows.get(index);
  }

  #pagesInView(): number[] {
    const [first, last] = this.#view;
    const from = Math.floor(first / PAGE_ROWS);
    const to = Math.floor(Math.max(first, last) / PAGE_ROWS);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  }

  #fetchNext(replaceAll: boolean): void {
    if (this.#busy) return;
    const inView = this.#pagesInView();
    const missing = inView.find((page) => !this.#rows.has(page * PAGE_ROWS) && this.#mayExist(page));
    const stale = inView.find((page) => !this.#fresh.has(page) && this.#mayExist(page));
    const page = replaceAll ? (inView[0] ?? 0) : (missing ?? stale);
    if (page === undefined) return;
    const wait = missing !== undefined || replaceAll ? 0 : Math.max(0, this.#lastAsked + BETWEEN_MS - Date.now());
    this.#busy = true;
    clearTimeout(this.#timer);
    const { signal } = this.#cut;
    this.#timer = window.setTimeout(() => void this.#fetch(page, replaceAll, signal), wait);
  }

  #mayExist(page: number): boolean {
    return this.matched.peek() === null || page * PAGE_ROWS < (this.matched.peek() ?? 0);
  }

  async #fetch(page: number, replaceAll: boolean, signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({ sort: this.#sort, offset: String(page * PAGE_ROWS), limit: String(PAGE_ROWS) });
    if (this.#filter !== "") query.set("filter", this.#filter);
    this.#lastAsked = Date.now();
    try {
      const answer = await get<TrialPage>(`${this.path}/trials?${query}`, signal);
      this.#take(page, answer, replaceAll);
      this.#busy = false;
      this.#fetchNext(false);
    } catch (error) {
      if (signal.aborted) return;
      this.problem.value = asProblem(error);
      this.#timer = window.setTimeout(() => {
        this.#busy = false;
        if (this.problem.peek()?.status !== 400) this.#fetchNext(replaceAll);
      }, RETRY_MS);
    }
  }

  #take(page: number, answer: TrialPage, replaceAll: boolean): void {
    batch(() => {
      if (replaceAll) this.#rows.clear();
      else this.#moveDown(answer.matched - (this.matched.peek() ?? answer.matched));
      answer.rows.forEach((row, index) => this.#rows.set(page * PAGE_ROWS + index, row));
      this.#fresh.add(page);
      this.matched.value = answer.matched;
      this.total.value = answer.total;
      this.problem.value = null;
      this.version.value++;
    });
  }

  /** Of all trials, newest first, new ones push all others down: they are where they were on the screen, and keep it. */
  #moveDown(by: number): void {
    if (by <= 0 || this.#filter !== "" || this.#sort !== "-number") return;
    this.#rows = new Map([...this.#rows].map(([index, row]) => [index + by, row]));
    this.#fresh.clear();
    this.above.value += by;
  }
}
