// The token of this browser, and whether the server asks for one.

import { signal } from "@preact/signals";
import { kept } from "./settings";

export const token = kept<string>("token", "");

/** Rises whenever somebody entered a token, be it the same one: what was refused is then tried again. */
export const entered = signal(0);

/** Set when a call was answered with 401: `none` was sent, or what was sent is `refused`. */
export const wanted = signal<"no" | "none" | "refused">("no");

export function enter(text: string): void {
  token.value = text.trim();
  wanted.value = "no";
  entered.value++;
}

export function forget(): void {
  token.value = "";
  entered.value++;
}
