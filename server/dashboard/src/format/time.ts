// Durations and moments for people.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Two units at most: `850 ms`, `1.2 s`, `1 m 23 s`, `4 h 5 m`, `3 d 2 h`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return "–";
  const size = Math.max(0, ms);
  if (size < SECOND) return `${Math.round(size)} ms`;
  if (size < 10 * SECOND) return `${(size / SECOND).toFixed(1)} s`;
  if (size < MINUTE) return `${Math.round(size / SECOND)} s`;
  if (size < HOUR) return two(size, MINUTE, "m", SECOND, "s");
  if (size < DAY) return two(size, HOUR, "h", MINUTE, "m");
  return two(size, DAY, "d", HOUR, "h");
}

function two(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const whole = Math.round(ms / small) * small;
  const rest = Math.floor((whole % large) / small);
  const first = `${Math.floor(whole / large)} ${largeUnit}`;
  return rest === 0 ? first : `${first} ${rest} ${smallUnit}`;
}

/** `just now`, `12 s ago`, `in 3 m`. */
export function relative(at: number, now: number): string {
  const ago = now - at;
  if (Math.abs(ago) < 2 * SECOND) return "just now";
  const size = coarse(Math.abs(ago));
  return ago > 0 ? `${size} ago` : `in ${size}`;
}

/** One unit is enough to tell how old something is. */
function coarse(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** The moment itself, to the second, in this browser's time zone. */
export function absolute(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** The time of day, to the second, and the day unless it is today. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString(undefined, { hour12: false });
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${date.toLocaleDateString(undefined, { month: "short", day: "numeric" })} ${time}`;
}
