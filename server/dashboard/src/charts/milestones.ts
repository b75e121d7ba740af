// What programs that watch the page want to know: when the first chart showed data, which revision is on the screen,
// and how long a repaint took that somebody's brush asked for.

let hasShown = false;

/** To be called after data of revision `rev` was painted. */
export function painted(rev: number): void {
  if (!hasShown) performance.mark("first-chart");
  hasShown = true;
  const shown = String(rev);
  const { dataset } = document.documentElement;
  if (dataset["rev"] !== shown) dataset["rev"] = shown;
}

/** Measures what `paint` does. */
export function brushFrame(paint: () => void): void {
  const start = performance.now();
  paint();
  performance.measure("brush-frame", { start, end: performance.now() });
}
