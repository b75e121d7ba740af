// What is there before what was asked for is: it says what is being loaded, and never looks like an empty chart.

export function Skeleton({ what, height = 120 }: { what: string; height?: number }) {
  return (
    <div class="skeleton" style={{ minHeight: `${height}px` }} role="status">
      loading {what}…
    </div>
  );
}
