// Colours of pictures of densities: how many trials makes it opaque, how good they are makes the colour.

import { EIGHTHS } from "./smear";
import { MOST_GOODNESS, ONE_TRIAL, rankOfGoodness } from "./ranks";

/** A colour as the lower three bytes of a pixel of ImageData: blue, green, red. */
export type Pixel = number;

/** Even one trial among very many stays visible. */
const LEAST_ALPHA = 0.16;
const STEPS = 256;

/** The largest number of trials in one place of a picture of weights. */
export function mostOf(picture: Float64Array): number {
  let most = 0;
  for (let i = 0; i < picture.length; i++) if ((picture[i] as number) > most) most = picture[i] as number;
  return most / (ONE_TRIAL * EIGHTHS);
}

/** Opacity, 0..255, of numbers of trials from 0 to `most`, by their logarithm. */
function alphaOf(density: number, scale: number, strength: number): number {
  if (density >= 1) return strength * (LEAST_ALPHA + (1 - LEAST_ALPHA) * Math.log(density) * scale);
  return strength * LEAST_ALPHA * density;
}

/** Pixels of a picture of weights: the colour is that of the trials' mean rank, in which good ones weigh most. */
export function toneRanks(picture: Float64Array, most: number, ramp: (position: number) => Pixel, out: Uint32Array): void {
  const colours = new Uint32Array(STEPS);
  for (let step = 0; step < STEPS; step++) {
    colours[step] = ramp(rankOfGoodness((step / (STEPS - 1)) * MOST_GOODNESS));
  }
  const scale = 1 / Math.log(Math.max(2, most));
  const unit = 1 / (ONE_TRIAL * EIGHTHS);
  for (let i = 0; i < picture.length; i++) {
    const sum = picture[i] as number;
    if (sum === 0) {
      out[i] = 0;
      continue;
    }
    const eighths = Math.floor(sum / ONE_TRIAL);
    const goodness = (sum - eighths * ONE_TRIAL) / eighths;
    const step = ((goodness / MOST_GOODNESS) * (STEPS - 1)) | 0;
    const alpha = alphaOf(sum * unit, scale, 255);
    out[i] = ((alpha << 24) | (colours[step] as number)) >>> 0;
  }
}

/** Pixels of a picture of numbers of trials, all of one colour; `unit` is what one trial counts in it. */
export function toneCounts(
  picture: Float64Array,
  unit: number,
  most: number,
  colour: Pixel,
  strength: number,
  out: Uint32Array,
): void {
  const scale = 1 / Math.log(Math.max(2, most));
  for (let i = 0; i < picture.length; i++) {
    const density = (picture[i] as number) / unit;
    out[i] = density === 0 ? 0 : ((alphaOf(density, scale, 255 * strength) << 24) | colour) >>> 0;
  }
}
