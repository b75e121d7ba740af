// The best loss so far, small enough for a line of text.

import type { SparklineProps } from "./props";

const MARGIN = 2;

export function Sparkline({ values, width = 72, height = 20, label }: SparklineProps) {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return null;
  const path = stepsPath(finite, width, height);
  const named = label === undefined ? { "aria-hidden": true } : { role: "img" as const, "aria-label": label };
  return (
    <svg class="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} {...named}>
      <path d={path} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" />
    </svg>
  );
}

/** Steps, as a best loss keeps until there is a better one; a single far worse start does not flatten the rest. */
export function stepsPath(values: readonly number[], width: number, height: number): string {
  const low = Math.min(...values);
  const high = topOf(values, low);
  const x = (index: number): string => (MARGIN + (index / (values.length - 1)) * (width - 2 * MARGIN)).toFixed(1);
  const y = (value: number): string => {
    const up = high > low ? (Math.min(value, high) - low) / (high - low) : 0.5;
    return (height - MARGIN - up * (height - 2 * MARGIN)).toFixed(1);
  };
  return values.map((value, index) => (index === 0 ? `M${x(0)},${y(value)}` : `H${x(index)}V${y(value)}`)).join("");
}

const FAR = 8;

function topOf(values: readonly number[], low: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor((sorted.length - 1) * 0.75)] as number;
  return upper > low ? Math.min(sorted[sorted.length - 1] as number, low + FAR * (upper - low)) : (sorted[sorted.length - 1] as number);
}
