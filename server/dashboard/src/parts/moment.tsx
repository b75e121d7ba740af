// A moment as time passed; the moment itself is on hover.

import { absolute, relative } from "../format/time";
import { now } from "../state/clock";

export function Moment({ at }: { at: number | null }) {
  if (at === null) return <>–</>;
  return (
    <time dateTime={new Date(at).toISOString()} title={absolute(at)}>
      {relative(at, now.value)}
    </time>
  );
}
