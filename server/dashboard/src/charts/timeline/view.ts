// How a timeline lies on the screen: names on the left, time from left to right, tracks from the top, marks of time below.

import { ticksOf, unitOf, valueOfUnit, type Scale } from "../scale";
import type { Size } from "../surface";
import type { Tick } from "../ticks";
import { nearestBar, type Bar, type Lanes } from "./lanes";

export interface View {
  /** Where bars begin, and how much room there is for them, in CSS pixels. */
  left: number;
  width: number;
  /** How much of the tracks is seen at once. */
  height: number;
  /** The height of a track. */
  track: number;
  /** How far the tracks are scrolled. */
  scrolled: number;
  time: Scale;
  ticks: readonly Tick[];
  x(moment: number): number;
  /** The top of a track. */
  y(track: number): number;
}

const TRACK = 18;
/** A lane with a name needs so much; one with several tracks has it from all of them. */
const LEAST_LANE = 16;
const LEAST_TRACK = 8;
export const FOOT = 38;
const RIGHT = 14;
const APART = 10;
const MOST_NAME = 180;
/** Names take at most so much of the width. */
const NAME_SHARE = 0.28;

/** As high as it need be for all tracks to be seen, but no lower than names and bars can be. */
export function trackHeight({ lanes, tracks }: Lanes, room: number): number {
  const least = lanes.reduce((most, lane) => Math.max(most, LEAST_LANE / lane.tracks), LEAST_TRACK);
  return Math.min(TRACK, Math.max(Math.ceil(least), Math.floor(room / Math.max(1, tracks))));
}

/** The height with which all tracks are seen, where `most` is the height there is. */
export function fullHeight(lanes: Lanes, most: number): number {
  return lanes.tracks * trackHeight(lanes, most - FOOT) + FOOT;
}

export interface ViewInput {
  size: Size;
  track: number;
  scrolled: number;
  /** Ends of time. */
  ends: readonly [low: number, high: number];
  /** The widest name, in CSS pixels. */
  widest: number;
}

export function viewOf({ size, track, scrolled, ends: [low, high], widest }: ViewInput): View {
  const left = Math.ceil(Math.min(widest, MOST_NAME, size.width * NAME_SHARE)) + APART;
  const width = Math.max(20, size.width - left - RIGHT);
  const time: Scale = { kind: "time", low, high: Math.max(high, low + 1) };
  return {
    left,
    width,
    height: size.height - FOOT,
    track,
    scrolled,
    time,
    ticks: ticksOf(time, Math.max(2, width / 90)),
    x: (moment) => left + unitOf(time, moment) * width,
    y: (at) => at * track - scrolled,
  };
}

export function momentAt({ left, width, time }: View, x: number): number {
  return valueOfUnit(time, Math.min(1, Math.max(0, (x - left) / width)));
}

const REACH = 6;

/** The bar at a place of the screen, or one that is very near. */
export function barAt(view: View, lanes: Lanes, x: number, y: number, now: number): Bar | null {
  if (y > view.height || x < view.left - REACH) return null;
  const bars = lanes.byTrack[Math.floor((y + view.scrolled) / view.track)];
  const reach = (REACH / view.width) * (view.time.high - view.time.low);
  return bars ? nearestBar(bars, momentAt(view, x), reach, now) : null;
}

/** Cut in the middle: what tells workers apart is often at their names' ends. */
export function shortened(text: string, room: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= room) return text;
  for (let kept = text.length - 1; kept > 1; kept--) {
    const short = `${text.slice(0, Math.floor(kept / 2))}…${text.slice(text.length - Math.ceil(kept / 2))}`;
    if (widthOf(short) <= room) return short;
  }
  return "…";
}
