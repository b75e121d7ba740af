// Calls to the server. Every answer, good or bad, also says whether the server is there and whether it wants a token.

import { heard, missed } from "../state/connection";
import { token, wanted } from "../state/token";
import { readColumns, type ColumnsBody } from "./columns";
import { Problem, problemOf } from "./problem";

const ROOT = "/api/v1";

export interface CallOptions {
  signal?: AbortSignal;
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  /** Makes a repeated write count once. */
  idempotencyKey?: string;
}

/** The path of a study's calls. */
export function studyPath(project: string, name: string): string {
  return `/studies/${encodeURIComponent(project)}/${encodeURIComponent(name)}`;
}

/** Sends a call under /api/v1 and gives the answer back unread, or throws a `Problem`. */
export async function call(path: string, options: CallOptions = {}): Promise<Response> {
  const headers = new Headers({ accept: "application/json, */*" });
  if (token.peek() !== "") headers.set("authorization", `Bearer ${token.peek()}`);
  if (options.body !== undefined) headers.set("content-type", "application/json");
  if (options.idempotencyKey) headers.set("idempotency-key", options.idempotencyKey);
  let response: Response;
  try {
    response = await fetch(ROOT + path, {
      method: options.method ?? "GET",
      headers,
      cache: "no-store",
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    missed();
    throw new Problem(0, "unavailable", "the server does not answer");
  }
  if (response.ok) {
    heard();
    return response;
  }
  const problem = await problemOf(response);
  if (problem.isAway) missed();
  else heard();
  if (problem.status === 401) wanted.value = token.peek() === "" ? "none" : "refused";
  throw problem;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await call(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

/** A write; answers of 204 are `undefined`. */
export async function send<T>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
  const response = await call(path, { method, body: body ?? {}, idempotencyKey: crypto.randomUUID?.() ?? randomKey() });
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** `crypto.randomUUID` is only there on https and on this machine. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function getColumns(path: string, signal?: AbortSignal): Promise<ColumnsBody> {
  const response = await call(path, signal ? { signal } : {});
  return readColumns(await response.arrayBuffer());
}

/** Fetches a file with the token and hands it to the browser to save. */
export async function download(path: string, fileName: string): Promise<void> {
  const response = await call(path);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
