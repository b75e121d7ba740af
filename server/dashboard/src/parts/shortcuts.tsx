// Keys that work on every page.

import { useEffect } from "preact/hooks";
import { currentStudy } from "../state/current-study";
import { overlay } from "../state/overlay";
import { Dialog } from "./dialog";
import { Jump } from "./jump";

const KEYS: readonly (readonly [keys: string[], does: string])[] = [
  [["Ctrl", "K"], "jump to a study or a trial (also /)"],
  [["?"], "this list"],
  [["Esc"], "close what is open; then clear filters and picks"],
  [["j"], "next trial, while a trial is open"],
  [["k"], "previous trial, while a trial is open"],
  [["↑", "↓"], "move along the rows of the trials table"],
  [["Enter"], "open the trial"],
  [["Space"], "pick the trial, to compare it"],
  [["←", "→"], "in a chart: step through trials; on an axis' handle: move the filter"],
];

export function Shortcuts() {
  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const close = (): void => {
    overlay.value = "none";
  };
  if (overlay.value === "jump") return <Jump onClose={close} />;
  if (overlay.value === "none") return null;
  return (
    <Dialog title="Keyboard shortcuts" onClose={close}>
      <dl class="keys">
        {KEYS.map(([keys, does]) => (
          <>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
      <div class="actions">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** Whether keys are text where the focus is. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const isJump = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  if (!isJump && (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))) return;
  if (document.querySelector("dialog[open]")) return;
  if (isJump || event.key === "/") overlay.value = "jump";
  else if (event.key === "?") overlay.value = "keys";
  else if (event.key === "Escape") {
    const selection = currentStudy.peek()?.selection;
    if (selection?.focused.peek() == null) selection?.clear();
    else selection.focused.value = null;
    return;
  } else return;
  event.preventDefault();
}
