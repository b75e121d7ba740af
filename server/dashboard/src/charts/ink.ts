// What charts draw with: the page's colours, read from its style, and read again when the theme changes.

import { signal, type ReadonlySignal } from "@preact/signals";
import { css, rankColour, type Rgb } from "./ramp";

export interface Ink {
  text: string;
  muted: string;
  grid: string;
  strong: string;
  surface: string;
  bad: string;
  warn: string;
  /** Colours of series. */
  series: readonly string[];
  dark: boolean;
  /** The system's own colours are used; nothing may be told by colour alone, and nothing faint. */
  forced: boolean;
  /** The colour of a rank, 0 best to 1 worst. */
  rank(rank: number): Rgb;
}

export const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
export const FONT_STRONG = `600 ${FONT}`;

const SERIES: readonly [name: string, fallback: string][] = [
  ["--blue", "#0072b2"],
  ["--vermilion", "#d55e00"],
  ["--green", "#009e73"],
  ["--pink", "#cc79a7"],
  ["--orange", "#e69f00"],
  ["--sky", "#56b4e9"],
];

let held: ReturnType<typeof signal<Ink>> | null = null;

/** The ink of now; reading `.value` subscribes to changes of the theme. */
export function ink(): ReadonlySignal<Ink> {
  if (held === null) {
    const fresh = signal(read());
    held = fresh;
    const again = (): void => {
      known.clear();
      fresh.value = read();
    };
    new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
      matchMedia(query).addEventListener("change", again);
    }
  }
  return held as ReadonlySignal<Ink>;
}

function read(): Ink {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  const forced = matchMedia("(forced-colors: active)").matches;
  const surface = forced ? "Canvas" : colour("--surface", "#ffffff");
  const dark = brightness(surface) < 128;
  return {
    text: forced ? "CanvasText" : colour("--text", "#1a2028"),
    muted: forced ? "CanvasText" : colour("--muted", "#56616f"),
    grid: forced ? "GrayText" : colour("--border", "#dce0e6"),
    strong: forced ? "CanvasText" : colour("--border-strong", "#7b8794"),
    bad: forced ? "CanvasText" : colour("--bad", "#a33a00"),
    warn: forced ? "CanvasText" : colour("--warn", "#7a4a00"),
    surface,
    series: SERIES.map(([name, fallback]) => colour(name, fallback)),
    dark,
    forced,
    rank: (rank) => rankColour(rank, dark),
  };
}

const known = new Map<string, Rgb>();

/** Red, green and blue of any colour that CSS knows. */
export function rgbOf(colour: string): Rgb {
  const held = known.get(colour) ?? measured(colour);
  known.set(colour, held);
  return held;
}

function measured(colour: string): Rgb {
  const probe = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!probe) return [0, 0, 0];
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = probe.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

function brightness(colour: string): number {
  const [red, green, blue] = rgbOf(colour);
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** A colour, thinner. */
export function faint(colour: string, alpha: number): string {
  return css(rgbOf(colour), alpha);
}
