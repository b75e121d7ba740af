// A parameter's label, cut where it says least: labels of nested parameters begin alike and differ at their end.

/** The whole label is in the tip. The part behind the last dot is the last to be cut. */
export function Label({ text }: { text: string }) {
  const dot = text.lastIndexOf(".");
  return (
    <span class="cut-label" title={text}>
      {dot > 0 && <span class="cut-path">{text.slice(0, dot)}</span>}
      <span class="cut-name">{dot > 0 ? text.slice(dot) : text}</span>
    </span>
  );
}
