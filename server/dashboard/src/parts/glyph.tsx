// Shapes that tell states apart without colour.

import type { JSX } from "preact";

export type GlyphName = "disc" | "ring" | "half" | "triangle" | "cross" | "dash" | "pause" | "square" | "check" | "alert";

const SHAPES: Record<GlyphName, JSX.Element> = {
  disc: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  ring: <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" stroke-width="1.5" />,
  half: (
    <>
      <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" stroke-width="1.5" />
      <path d="M5 1.5a3.5 3.5 0 0 1 0 7z" fill="currentColor" />
    </>
  ),
  triangle: <path d="M5 1 9.5 9h-9z" fill="currentColor" />,
  cross: <path d="m1.5 1.5 7 7m0-7-7 7" stroke="currentColor" stroke-width="2" />,
  dash: <path d="M1 5h8" stroke="currentColor" stroke-width="2" />,
  pause: <path d="M3 1.5v7m4-7v7" stroke="currentColor" stroke-width="2" />,
  square: <rect x="1.5" y="1.5" width="7" height="7" fill="currentColor" />,
  check: <path d="m1 5 3 3 5-6" fill="none" stroke="currentColor" stroke-width="2" />,
  alert: <path d="M5 1v5m0 1.5V9" stroke="currentColor" stroke-width="2" />,
};

export function Glyph({ name, class: className = "" }: { name: GlyphName; class?: string }) {
  return (
    <svg class={`glyph ${className}`} viewBox="0 0 10 10" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}
