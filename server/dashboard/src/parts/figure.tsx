// One number that matters, with what it is and what to know about it.

import type { ComponentChildren } from "preact";

export function Figure(props: { name: string; note?: ComponentChildren; title?: string; children: ComponentChildren }) {
  return (
    <div class="figure">
      <dl>
        <dt>{props.name}</dt>
        <dd class="value" title={props.title}>
          {props.children}
        </dd>
        <dd class="note">{props.note}</dd>
      </dl>
    </div>
  );
}
