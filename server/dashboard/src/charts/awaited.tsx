// What stands in a chart's place until the server has answered.

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

/** `from 1 000 of 46 210 trials`, where an answer is of a sample. */
export function usedText(meta: { n_used: number; n_total: number }): string {
  return meta.n_used < meta.n_total ? `from ${meta.n_used} of ${meta.n_total} trials` : "";
}
