// What a person chose for this browser. Kept in localStorage, and only there.

import { effect, signal, type Signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

export interface NumberStyle {
  /** Significant digits; 17 is all there are. */
  digits: 4 | 6 | 17;
  thousands: "space" | "comma" | "none";
}

export const theme = kept<Theme>("theme", "system");
export const numberStyle = kept<NumberStyle>("numbers", { digits: 6, thousands: "space" });
/** The columns of the trials table that are shown, by study id; none: the table's own choice. */
export const shownColumns = kept<Record<string, string[]>>("columns", {});

/** Shows the theme, now and whenever it changes. */
export function followTheme(): void {
  effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme.value;
  });
}

/** A signal that survives the page; where storage is refused it lives as long as the page. */
export function kept<T>(key: string, initial: T): Signal<T> {
  const name = `tunewright.${key}`;
  const held = signal(read(name, initial));
  let first = true;
  effect(() => {
    const value = held.value;
    if (first) first = false;
    else write(name, value);
  });
  return held;
}

function read<T>(name: string, initial: T): T {
  try {
    const text = localStorage.getItem(name);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}

function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    return; // Private windows may refuse; the setting then ends with the page.
  }
}
