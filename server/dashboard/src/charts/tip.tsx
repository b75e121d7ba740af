// A card beside a point with all that is known of it.

export interface TipContent {
  title: string;
  rows: readonly (readonly [label: string, value: string])[];
  hint?: string;
}

export interface TipProps {
  content: TipContent;
  /** The point, and the size of what it lies in, in CSS pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

const APART = 14;
const LINE = 16;
const FRAME = 18;

/** Lies on the side of the point that has more room, as high as it fits. */
export function Tip({ content, x, y, width, height }: TipProps) {
  const tall = LINE * (content.rows.length + (content.hint ? 2 : 1)) + FRAME;
  const style = {
    ...(x < width / 2 ? { left: `${x + APART}px` } : { right: `${width - x + APART}px` }),
    top: `${Math.max(0, Math.min(y - APART, height - tall))}px`,
  };
  return (
    <div class="chart-tip" style={style} aria-hidden="true">
      <strong>{content.title}</strong>
      <dl>
        {content.rows.map(([label, value]) => (
          <>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      {content.hint && <span class="muted">{content.hint}</span>}
    </div>
  );
}

/** The same as one line, for a live region. */
export function spoken(content: TipContent): string {
  return [content.title, ...content.rows.map(([label, value]) => `${label} ${value}`)].join(", ");
}
