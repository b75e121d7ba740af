// Says what changed in the open study to those who hear the page: politely, and at most every ten seconds.

import { useEffect, useState } from "preact/hooks";
import { counted, number } from "../format/number";
import { currentStudy } from "../state/current-study";
import type { StudyDetail } from "../api/types";

const BETWEEN_MS = 10_000;

export function Announcer() {
  const [text, setText] = useState("");
  useEffect(() => {
    let last = "";
    const timer = setInterval(() => {
      const detail = currentStudy.peek()?.detail.peek();
      const news = detail ? newsOf(detail) : "";
      if (news !== last) setText(last === "" ? "" : news);
      last = news;
    }, BETWEEN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}

function newsOf({ name, state, counts, best }: StudyDetail): string {
  const done = `${counted(counts.completed, "trial")} completed`;
  return `${name}: ${state}, ${done}${best ? `, best loss ${number(best.loss)}` : ""}`;
}
