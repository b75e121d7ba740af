// Marks of axes: round values, few enough to be read, written with no more digits than tell them apart.

import { count, number } from "../format/number";

export interface Tick {
  value: number;
  text: string;
}

const DIGITS = 6;

/** Steps of 1, 2 or 5 times a power of ten, at most about `most` of them; only whole numbers for `integer`. */
export function linearTicks(low: number, high: number, most: number, integer = false): Tick[] {
  if (!(high > low)) return [{ value: low, text: number(low) }];
  let step = roundStep((high - low) / Math.max(1, most));
  if (integer) step = Math.max(1, Math.round(step));
  const values: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) values.push(k * step);
  return values.map((value) => ({ value, text: stepText(value, step, values[0] ?? 0) }));
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const times = least / power;
  return power * (times <= 1.0001 ? 1 : times <= 2.0001 ? 2 : times <= 5.0001 ? 5 : 10);
}

/** Rounded to the step. Where that takes more than six digits, what is added to the first mark is told instead. */
function stepText(value: number, step: number, first: number): string {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const size = Math.max(Math.abs(value), step);
  const digits = Math.floor(Math.log10(size)) + 1 + decimals;
  if (digits <= DIGITS || decimals === 0) return number(rounded(value, decimals));
  if (size < 1e-3) return number(Number(value.toPrecision(DIGITS)));
  return value === first ? number(value) : `+${number(Number((value - first).toPrecision(3)))}`;
}

function rounded(value: number, decimals: number): number {
  return decimals > 20 ? value : Number(value.toFixed(decimals)) + 0;
}

/** Powers of ten, and between them 2 and 5 times those where there is room. */
export function logTicks(low: number, high: number, most: number): Tick[] {
  if (!(low > 0) || !(high > low)) return linearTicks(low, high, most);
  const decades = Math.log10(high / low);
  if (decades < 0.8) return linearTicks(low, high, most);
  const times = decades * 3 <= most ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / Math.max(1, most)));
  const ticks: Tick[] = [];
  const first = Math.floor(Math.log10(low));
  for (let power = Math.ceil(first / stride) * stride - stride; power <= Math.log10(high); power += stride) {
    for (const factor of times) {
      const value = Number(`${factor}e${power}`);
      if (value >= low * 0.999999 && value <= high * 1.000001) ticks.push({ value, text: number(value) });
    }
  }
  return ticks.length > 1 ? ticks : linearTicks(low, high, most);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY,
];

/** Moments in this browser's time zone; the day is told where it changes. */
export function timeTicks(low: number, high: number, most: number): Tick[] {
  const least = (high - low) / Math.max(1, most);
  const step = TIME_STEPS.find((candidate) => candidate >= least) ?? least;
  const shift = new Date(low).getTimezoneOffset() * MINUTE;
  const ticks: Tick[] = [];
  let day = "";
  for (let k = Math.ceil((low - shift) / step); k * step + shift <= high; k++) {
    const value = k * step + shift;
    const date = new Date(value);
    const today = date.toLocaleDateString(undefined, { day: "numeric", month: "short" });
    ticks.push({ value, text: step >= DAY || (today !== day && day !== "") ? today : clock(date, step) });
    day = today;
  }
  return ticks;
}

function clock(date: Date, step: number): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return step < MINUTE ? `${minutes}:${two(date.getSeconds())}` : minutes;
}

/** All options; those that find no room are left out by whoever draws them. */
export function optionTicks(options: readonly string[]): Tick[] {
  return options.map((text, value) => ({ value, text }));
}

/** A trial's number among others. */
export function trialText(value: number): string {
  return count(value);
}
