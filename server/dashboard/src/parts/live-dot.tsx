// Always says how true the page is.

import { Moment } from "./moment";
import type { Liveness } from "../state/study-store";

const WORDS: Record<Liveness, string> = {
  loading: "loading",
  live: "live",
  reconnecting: "reconnecting",
  paused: "resumes when you look",
};

export function LiveDot({ liveness, lastEventAt }: { liveness: Liveness; lastEventAt: number | null }) {
  return (
    <span class={`live ${liveness}`}>
      <i aria-hidden="true" />
      {WORDS[liveness]}
      {lastEventAt !== null && (
        <>
          {" · last event "}
          <Moment at={lastEventAt} />
        </>
      )}
    </span>
  );
}
