// All that the page knows about one study, kept true by the study's stream: a frame says that there is a new revision,
// and the rows that changed since are fetched. A lost frame costs nothing, as the next one leads to the same place.

import { batch, computed, signal } from "@preact/signals";
import { get, getColumns, studyPath } from "../api/client";
import { asProblem, Problem } from "../api/problem";
import { openStream, type StreamState } from "../api/stream";
import type { StudyDetail, StudyEvent } from "../api/types";
import { setServerTime } from "./clock";
import { ColumnSet } from "./columnset";
import { Selection } from "./selection";

/** From here on numbers come as 255 steps of their axis: a byte a trial instead of four. */
const LARGE_STUDY = 50_000;
const BETWEEN_DELTAS_MS = 200;
/**
 * However fast results come and however busy the machine is, the page leaves most of the time to others: a pause is so many
 * times as long as it took to show what came before it, up to the most.
 */
const PAUSE_FOR_PAINTING = 8;
const MOST_BETWEEN_DELTAS_MS = 700;
const RETRY_MS = 1000;

export type Liveness = "loading" | "live" | "reconnecting" | "paused";

export class StudyStore {
  readonly detail = signal<StudyDetail | null>(null);
  readonly columns = signal<ColumnSet | null>(null);
  /** Why the study cannot be shown at all. */
  readonly problem = signal<Problem | null>(null);
  /** Running trials that reported since the last frame. */
  readonly reported = signal<readonly number[]>([]);
  /** How many frames came: tells apart two that report the same trials. */
  readonly frames = signal(0);
  readonly selection = new Selection();
  readonly path: string;
  /** The revision that the page has heard of; aggregates are asked for anew when it rises. */
  readonly rev = computed(() => this.detail.value?.rev ?? 0);
  /** Whether a stream is open, or why not. */
  readonly liveness = computed<Liveness>(() => {
    const stream = this.#stream.value;
    if (stream === "hidden") return "paused";
    if (stream !== "open" && this.detail.value !== null) return "reconnecting";
    return this.columns.value === null || this.detail.value === null ? "loading" : "live";
  });

  readonly #stream = signal<StreamState>("connecting");
  #cut = new AbortController();
  #closeStream: (() => void) | null = null;
  #fetching = false;
  #timer = 0;
  /** Columns beside those that every page needs. */
  #extra = new Set<string>();

  constructor(
    readonly project: string,
    readonly name: string,
  ) {
    this.path = studyPath(project, name);
  }

  start(): void {
    void this.#load();
    this.#listen();
  }

  stop(): void {
    this.#cut.abort();
    clearTimeout(this.#timer);
    this.#closeStream?.();
  }

  /** Has a column fetched that is not always there, such as `ended` or `m.NAME`. */
  need(column: string): void {
    if (this.#extra.has(column)) return;
    this.#extra.add(column);
    void this.#fetchExtra(column);
  }

  async #fetchExtra(column: string): Promise<void> {
    const columns = this.columns.peek();
    if (!columns) return;
    try {
      const path = `${this.path}/columns?cols=${encodeURIComponent(column)}`;
      let body = await getColumns(path, this.#cut.signal);
      // Changes that came meanwhile are newer than it, and would be overwritten.
      while (body.header.rev < columns.rev) body = await getColumns(path, this.#cut.signal);
      columns.add(body);
    } catch {
      this.#extra.delete(column); // Whoever needs it says so again.
    }
  }

  /** Takes a detail that an action was answered with, so that the page need not wait for the stream. */
  accept(detail: StudyDetail): void {
    setServerTime(detail.now);
    const other = this.detail.peek()?.id !== detail.id;
    batch(() => {
      this.detail.value = detail;
      this.problem.value = null;
      if (other) this.#forgetColumns();
    });
    void this.#catchUp();
  }

  async #load(): Promise<void> {
    try {
      this.accept(await get<StudyDetail>(this.path, this.#cut.signal));
    } catch (error) {
      this.#failed(asProblem(error), () => void this.#load());
    }
  }

  #listen(): void {
    const query = encodeURIComponent(`${this.project}/${this.name}`).replace("%2F", "/");
    this.#closeStream = openStream(`/events?study=${query}`, {
      onEvent: (name, data) => {
        if (name === "study") this.#onFrame(data as StudyEvent);
        if (name === "gone") this.#onGone();
      },
      onState: (state) => {
        this.#stream.value = state;
        if (state === "refused") void this.#load();
      },
    });
  }

  #onFrame(frame: StudyEvent): void {
    setServerTime(frame.now);
    const known = this.detail.peek();
    if (!known) return;
    const changedWhole = known.id !== frame.id || known.state !== frame.state;
    if (changedWhole) void this.#load();
    if (known.id !== frame.id) return;
    const { reported, ...pulse } = frame;
    batch(() => {
      this.detail.value = { ...known, ...pulse };
      this.reported.value = reported;
      this.frames.value++;
    });
    void this.#catchUp();
  }

  #onGone(): void {
    this.#closeStream?.();
    this.problem.value = new Problem(404, "not_found", `study \`${this.name}\` was deleted`);
  }

  #forgetColumns(): void {
    this.columns.value = null;
    this.selection.attach(null);
  }

  /** Fetches rows until the columns are at the study's revision; one request at a time. */
  async #catchUp(): Promise<void> {
    const detail = this.detail.peek();
    if (!detail || this.#fetching) return;
    const held = this.columns.peek();
    if (held && held.rev >= detail.rev) return;
    this.#fetching = true;
    let pause = BETWEEN_DELTAS_MS;
    try {
      const took = await this.#fetchRows(detail, held);
      pause = Math.min(Math.max(pause, PAUSE_FOR_PAINTING * took), MOST_BETWEEN_DELTAS_MS);
    } catch (error) {
      pause = RETRY_MS;
      if (held === null) this.#failed(asProblem(error), null);
    }
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#fetching = false;
      if (!this.#cut.signal.aborted) void this.#catchUp();
    }, pause);
  }

  /** Answers how many milliseconds it took until what came was on the screen. */
  async #fetchRows(detail: StudyDetail, held: ColumnSet | null): Promise<number> {
    const query = new URLSearchParams({ cols: [...columnNames(detail, held), ...this.#extra].join(",") });
    if (held) {
      query.set("since_rev", String(held.rev));
      query.set("id", held.id);
    }
    const body = await getColumns(`${this.path}/columns?${query}`, this.#cut.signal);
    if (body.header.id !== detail.id) {
      void this.#load();
      return 0;
    }
    const begun = performance.now();
    const columns = held ?? new ColumnSet(detail.id, detail.parameters);
    batch(() => {
      columns.apply(body);
      if (held) return;
      this.columns.value = columns;
      this.selection.attach(columns);
    });
    await nextPainting();
    return performance.now() - begun;
  }

  /** A server that is away, or asks for a token, is asked again; anything else is told. */
  #failed(problem: Problem, again: (() => void) | null): void {
    if (this.#cut.signal.aborted) return;
    if (!problem.isAway && problem.status !== 503) this.problem.value = problem;
    else if (again) this.#timer = window.setTimeout(again, RETRY_MS);
  }
}

/** Waits until the next frame has been painted; a tab that is not seen has none, and is not waited for. */
function nextPainting(): Promise<void> {
  return new Promise((done) => {
    const late = window.setTimeout(done, MOST_BETWEEN_DELTAS_MS);
    requestAnimationFrame(() =>
      setTimeout(() => {
        clearTimeout(late);
        done();
      }),
    );
  });
}

/** A study keeps the kind of columns that it was first loaded with. */
function columnNames(detail: StudyDetail, held: ColumnSet | null): string[] {
  const trials = Object.values(detail.counts).reduce((sum, n) => sum + n, 0);
  const large = held ? held.isCoarse : trials >= LARGE_STUDY;
  return ["state", "loss", ...detail.parameters.map(({ label }) => `${large ? "q" : "p"}.${label}`)];
}
