import type { JSX } from "preact";
import { overlay } from "../state/overlay";
import { route, type Route } from "../state/route";
import { server } from "../state/server";

const PLACES: readonly (readonly [href: string, word: string, icon: JSX.Element])[] = [
  ["/", "Studies", <path d="M2 13h12M3 10l3-4 3 2 4-5" />],
  ["/workers", "Workers", <path d="M2 3h12v4H2zM2 9h12v4H2zM4.5 5h.01M4.5 11h.01" />],
  ["/settings", "Settings", <path d="M2 4h7m3 0h2M2 12h2m3 0h7M10.5 2.5v3M5.5 10.5v3M2 8h12" />],
];

export function Nav() {
  const current = placeOf(route.value);
  return (
    <nav class="nav" aria-label="Main">
      <a class="brand" href="/">
        <img src="/icon.svg" alt="" width="24" height="24" />
        Tunewright
      </a>
      <ul>
        {PLACES.map(([href, word, icon]) => (
          <li key={href}>
            <a href={href} aria-current={href === current ? "page" : undefined}>
              <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">
                {icon}
              </svg>
              {word}
            </a>
          </li>
        ))}
      </ul>
      <div class="nav-foot">
        <button type="button" class="plain" onClick={() => (overlay.value = "jump")}>
          Jump to… <kbd>Ctrl K</kbd>
        </button>
        <button type="button" class="plain" onClick={() => (overlay.value = "keys")}>
          Shortcuts <kbd>?</kbd>
        </button>
        {server.value && <span>version {server.value.version}</span>}
      </div>
    </nav>
  );
}

function placeOf(at: Route): string | null {
  if ("study" in at || at.page === "studies") return "/";
  return at.page === "unknown" ? null : `/${at.page}`;
}
