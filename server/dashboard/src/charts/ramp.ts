// Viridis, a ramp that is even in lightness and told apart with any kind of colour vision.

/** Ten of its colours, dark to bright, as in matplotlib. */
const STOPS = [
  0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725,
] as const;

export type Rgb = readonly [red: number, green: number, blue: number];

/** The colour at 0 (dark) to 1 (bright). */
export function viridis(position: number): Rgb {
  const at = Math.min(1, Math.max(0, position)) * (STOPS.length - 1);
  const index = Math.min(STOPS.length - 2, Math.floor(at));
  const from = STOPS[index] as number;
  const to = STOPS[index + 1] as number;
  const mix = (shift: number): number => {
    const a = (from >> shift) & 255;
    return Math.round(a + (((to >> shift) & 255) - a) * (at - index));
  };
  return [mix(16), mix(8), mix(0)];
}

/** The colour of a rank, 0 best to 1 worst: the best stand out most from the ground, dark on light or bright on dark. */
export function rankColour(rank: number, dark: boolean): Rgb {
  return viridis(dark ? 1 - 0.85 * rank : 0.85 * rank);
}

export function css([red, green, blue]: Rgb, alpha = 1): string {
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}

/** As ImageData has it on a little-endian machine, without its alpha. */
export function pixel([red, green, blue]: Rgb): number {
  return (blue << 16) | (green << 8) | red;
}
