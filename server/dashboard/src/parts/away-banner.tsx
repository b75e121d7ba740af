import { relative } from "../format/time";
import { now } from "../state/clock";
import { awaySince } from "../state/connection";

/** What is shown stays; it says that it may be old. */
export function AwayBanner() {
  const since = awaySince.value;
  if (since === null) return null;
  now.value;
  return (
    <div class="banner bad" role="alert">
      <strong>The server does not answer.</strong>
      <span>Last heard {relative(since, Date.now())}; trying again by itself. What you see may be old.</span>
    </div>
  );
}
