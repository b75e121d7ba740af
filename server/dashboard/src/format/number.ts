// Numbers for people: six significant digits and a thin space between thousands, unless the settings say otherwise.

import { numberStyle } from "../state/settings";

// The narrow one that no line breaks at.
const THIN_SPACE = "\u202f";

/** `0.0306947`, `1.2e-7`, `46 210`; `–` for null and NaN. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const { digits } = numberStyle.value;
  const size = Math.abs(value);
  const rounded = digits === 17 ? String(value) : plain(value, size, digits);
  if (rounded.includes("e")) return rounded.replace("-", value < 0 ? "−" : "-");
  return grouped(rounded);
}

function plain(value: number, size: number, digits: number): string {
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return trimmed(value.toExponential(Math.min(digits, 6) - 1));
  if (Number.isInteger(value)) return String(value);
  return trimmed(size >= 10 ** digits ? value.toFixed(0) : value.toPrecision(digits));
}

/** Without zeros that say nothing. */
function trimmed(text: string): string {
  const [mantissa = "", exponent] = text.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return exponent === undefined ? short : `${short}e${exponent.replace("+", "")}`;
}

/** A whole number with its thousands apart. */
export function count(value: number): string {
  return grouped(String(Math.round(value)));
}

function grouped(text: string): string {
  const { thousands } = numberStyle.value;
  const separator = thousands === "space" ? THIN_SPACE : thousands === "comma" ? "," : "";
  const [whole = "", fraction] = text.split(".");
  const sign = whole.startsWith("-") ? "−" : "";
  const digits = sign ? whole.slice(1) : whole;
  const apart = digits.length > 4 || separator !== "" ? digits.replace(/\B(?=(\d{3})+(?!\d))/g, separator) : digits;
  return sign + apart + (fraction === undefined ? "" : `.${fraction}`);
}

/** `12 %`, `0.3 %`. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : value.toPrecision(2)}${THIN_SPACE}%`;
}

/** `1 trial`, `46 210 trials`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** `12 B`, `3.4 kB`. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${(n / 1e3).toPrecision(3)} kB`;
  return `${(n / 1e6).toPrecision(3)} MB`;
}
