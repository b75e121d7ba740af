// A box with one idea in it.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface CardProps {
  title: string;
  /** Classes of the grid and of the card, such as `w6` or `flush`. */
  class?: string;
  /** Controls beside the title. */
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function Card(props: CardProps) {
  const id = useId();
  return (
    <section class={`card ${props.class ?? ""}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{props.title}</h2>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}
