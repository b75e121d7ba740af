// The frame around all pages: where one can go, how the server is, and what works everywhere.

import { useEffect, useRef } from "preact/hooks";
import { NotFound } from "./pages/not-found";
import { Settings } from "./pages/settings";
import { Studies } from "./pages/studies";
import { Study } from "./pages/study";
import { Workers } from "./pages/workers";
import { Announcer } from "./parts/announcer";
import { AwayBanner } from "./parts/away-banner";
import { Nav } from "./parts/nav";
import { Shortcuts } from "./parts/shortcuts";
import { Toasts } from "./parts/toasts";
import { TokenEntry } from "./parts/token-entry";
import { path, route } from "./state/route";
import { wanted } from "./state/token";

export function App() {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const at = path.value;
  useEffect(() => {
    // A page that came by a click starts at its top for those who hear it, too.
    if (first.current) first.current = false;
    else if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [at]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page's content
      </a>
      <div class="shell">
        <Nav />
        <main id="main" ref={main} tabIndex={-1}>
          <AwayBanner />
          {wanted.value === "no" ? <Page /> : <TokenEntry />}
        </main>
      </div>
      <Shortcuts />
      <Toasts />
      <Announcer />
    </>
  );
}

function Page() {
  const at = route.value;
  switch (at.page) {
    case "studies":
      return <Studies />;
    case "workers":
      return <Workers />;
    case "settings":
      return <Settings />;
    case "unknown":
      return <NotFound what="page" />;
    default:
      return <Study />;
  }
}
