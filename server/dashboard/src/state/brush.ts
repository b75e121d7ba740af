// One axis' filter: what is in any of its parts passes.

export type Range = readonly [low: number, high: number];

export interface Brush {
  /** Real values, ends included; for axes of numbers. */
  readonly ranges: readonly Range[];
  /** Positions of options, or codes of states; for axes of categories. */
  readonly options: ReadonlySet<number>;
  /** Trials in which the parameter is not set pass too. */
  readonly notSet: boolean;
}

export const NO_BRUSH: Brush = { ranges: [], options: new Set(), notSet: false };

export function isEmpty(brush: Brush): boolean {
  return brush.ranges.length === 0 && brush.options.size === 0 && !brush.notSet;
}

/** What a brush is in the URL: `0.001..0.1,2..3`, `@0,@2`, and `-` for not set. */
export function writeBrush(brush: Brush): string {
  const ranges = brush.ranges.map(([low, high]) => `${short(low)}..${short(high)}`);
  const options = [...brush.options].sort((a, b) => a - b).map((option) => `@${option}`);
  return [...ranges, ...options, ...(brush.notSet ? ["-"] : [])].join(",");
}

/** The inverse of `writeBrush`; parts that it does not understand are left out. */
export function readBrush(text: string): Brush {
  const ranges: Range[] = [];
  const options = new Set<number>();
  let notSet = false;
  for (const part of text.split(",")) {
    if (part === "-") notSet = true;
    else if (part.startsWith("@")) options.add(Number(part.slice(1)));
    else {
      const [low, high] = part.split("..").map(Number);
      if (low !== undefined && high !== undefined && low <= high) ranges.push([low, high]);
    }
  }
  return { ranges, options, notSet };
}

/** Eight digits keep a brush within a pixel, and the URL readable. */
function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(8))) : String(value);
}
