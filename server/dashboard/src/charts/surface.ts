// A canvas that is as sharp as the screen, and painted at most once a frame: at once for what somebody does,
// ten times a second for what comes in, and not at all while it is out of sight.

import { effect, signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ink } from "./ink";

/** In CSS pixels. */
export interface Size {
  width: number;
  height: number;
  /** Screen pixels to a CSS pixel. */
  density: number;
}

export interface SurfaceOptions {
  /** Reads the signals that a painting depends on and that change by somebody's hand. */
  now: () => unknown;
  /** The same for data that comes in. */
  live?: () => unknown;
  /** The least time between two paintings of what comes in, in milliseconds. */
  pause?: number;
  /** Told when the canvas has another size. */
  resized?: (size: Size) => void;
}

const BETWEEN_LIVE_MS = 100;

/** The canvas gets the size of its parent. `paint` starts from an empty canvas whose unit is the CSS pixel. */
export function useSurface(
  paint: (context: CanvasRenderingContext2D, size: Size) => void,
  options: SurfaceOptions,
): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const latest = useRef({ paint, options });
  latest.current = { paint, options };
  const [renders] = useState(() => signal(0));
  useEffect(() => {
    if (!canvas.current) return;
    const held = new Painter(canvas.current, (context, size) => latest.current.paint(context, size));
    held.onResize = (size) => latest.current.options.resized?.(size);
    const stopNow = effect(() => {
      ink().value;
      latest.current.options.now();
      held.request(0);
    });
    const stopLive = effect(() => {
      renders.value;
      latest.current.options.live?.();
      held.request(latest.current.options.pause ?? BETWEEN_LIVE_MS);
    });
    return () => {
      stopNow();
      stopLive();
      held.stop();
    };
  }, []);
  useEffect(() => {
    renders.value++;
  });
  return canvas;
}

class Painter {
  onResize: (size: Size) => void = () => {};
  #size: Size = { width: 0, height: 0, density: 1 };
  #frame = 0;
  #timer = 0;
  #painted = -Infinity;
  #seen = true;
  #dirty = false;
  readonly #sizes: ResizeObserver;
  readonly #sights: IntersectionObserver;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly paint: (context: CanvasRenderingContext2D, size: Size) => void,
  ) {
    this.#sizes = new ResizeObserver(() => this.#fit());
    this.#sizes.observe(canvas.parentElement as Element);
    this.#sights = new IntersectionObserver(([entry]) => this.#onSight(entry?.isIntersecting ?? true));
    this.#sights.observe(canvas);
    this.#fit();
  }

  /** Paints in the next frame that is at least `pause` milliseconds behind the last painting. */
  request(pause: number): void {
    this.#dirty = true;
    if (this.#frame !== 0 || !this.#seen) return;
    const wait = this.#painted + pause - performance.now();
    clearTimeout(this.#timer);
    if (wait > 0) this.#timer = window.setTimeout(() => this.request(0), wait);
    else this.#frame = requestAnimationFrame(() => this.#draw());
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#sizes.disconnect();
    this.#sights.disconnect();
  }

  #onSight(seen: boolean): void {
    this.#seen = seen;
    if (seen && this.#dirty) this.request(0);
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas.parentElement as Element;
    const density = window.devicePixelRatio || 1;
    const { width: w, height: h, density: d } = this.#size;
    if (width === w && height === h && density === d) return;
    this.#size = { width, height, density };
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    this.onResize(this.#size);
    this.request(0);
  }

  #draw(): void {
    this.#frame = 0;
    this.#dirty = false;
    this.#painted = performance.now();
    if (this.#size.density !== (window.devicePixelRatio || 1)) this.#fit();
    const context = this.canvas.getContext("2d");
    if (!context || this.#size.width === 0) return;
    const { density } = this.#size;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this.#size.width, this.#size.height);
    this.paint(context, this.#size);
  }
}
