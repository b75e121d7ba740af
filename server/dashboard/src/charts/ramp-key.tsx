// Says which colours are good.

import { css } from "./ramp";
import { ink } from "./ink";

const STEPS = 24;

export function RampKey({ low = "best", high = "worst", children }: { low?: string; high?: string; children?: string }) {
  const { rank } = ink().value;
  return (
    <span class="chart-key">
      {children && `${children} `}
      {low}
      <svg width="72" height="10" viewBox={`0 0 ${STEPS} 1`} preserveAspectRatio="none" aria-hidden="true">
        {Array.from({ length: STEPS }, (_, step) => (
          <rect x={step} y="0" width="1.05" height="1" fill={css(rank(step / (STEPS - 1)))} />
        ))}
      </svg>
      {high}
    </span>
  );
}
