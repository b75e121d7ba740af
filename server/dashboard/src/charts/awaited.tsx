// What stands in a chart's place until the server has answered.

import type { Meta } from "../api/aggregates";
import { count, counted } from "../format/number";
import { Figure } from "./figure";

export function Awaited({ title, height }: { title: string; height: number }) {
  return (
    <Figure title={title} summary="" empty={null}>
      {() => (
        <p class="chart-empty chart-awaited" style={{ minHeight: `${height}px` }} role="status">
          Working it out…
        </p>
      )}
    </Figure>
  );
}

/** `1 594 trials used`: those that had what the question needs, for instance a loss. */
export function usedText({ n_used: n }: Meta): string {
  return `${counted(n, "trial")} used`;
}

/** How an answer was made, as a sentence behind a summary. */
export function methodText(meta: Meta): string {
  return `${meta.method} ${usedText(meta)} of ${count(meta.n_total)}.`.trim();
}
