// The URL is the state: which page is shown, and all that was chosen on it.

import { computed, signal } from "@preact/signals";

export type StudyPageName = "overview" | "analysis" | "trials" | "trial" | "compare";

export type Route =
  | { page: "studies" | "workers" | "settings" | "unknown" }
  | { page: StudyPageName; project: string; study: string; trial: number | null };

interface Place {
  path: string;
  query: string;
}

const place = signal<Place>(placeNow());

export const path = computed(() => place.value.path);
/** The query as text, with its `?` if it has one. */
const queryText = computed(() => place.value.query);
export const route = computed<Route>(() => routeOf(place.value.path));

function placeNow(): Place {
  return { path: location.pathname, query: location.search };
}

const STUDY_PAGES: Record<string, StudyPageName> = {
  "": "overview",
  analysis: "analysis",
  trials: "trials",
  compare: "compare",
};

function routeOf(pathname: string): Route {
  const [first = "", project, study, page = "", trial] = pathname.split("/").slice(1).map(decoded);
  if (first === "" || first === "index.html") return { page: "studies" };
  if (first === "workers" || first === "settings") return { page: first };
  if (first !== "s" || !project || !study) return { page: "unknown" };
  if (page === "t" && trial !== undefined && /^\d+$/.test(trial)) {
    return { page: "trial", project, study, trial: Number(trial) };
  }
  const name = STUDY_PAGES[page];
  return name ? { page: name, project, study, trial: null } : { page: "unknown" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The path of a study's page. */
export function studyUrl(project: string, study: string, page = ""): string {
  const base = `/s/${encodeURIComponent(project)}/${encodeURIComponent(study)}`;
  return page === "" ? base : `${base}/${page}`;
}

/** Goes to another page of ours, from its top. */
export function navigate(url: string): void {
  if (url === location.pathname + location.search) return;
  const before = location.pathname;
  history.pushState(null, "", url);
  place.value = placeNow();
  if (location.pathname !== before) window.scrollTo(0, 0);
}

/** Changes the query of this page without a step in the browser's history. */
export function replaceQuery(change: (query: URLSearchParams) => void): void {
  const query = new URLSearchParams(location.search);
  change(query);
  // Commas, colons and at signs are allowed in a query, and readable only as they are.
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%40", "@");
  const search = text === "" ? "" : `?${text}`;
  if (search === location.search) return;
  history.replaceState(null, "", location.pathname + search + location.hash);
  place.value = placeNow();
}

/** One value of the query. */
export function queryValue(key: string): string | null {
  return new URLSearchParams(queryText.value).get(key);
}

/** Follows the browser's own buttons, and clicks on links to pages of ours. */
export function followLinks(): void {
  window.addEventListener("popstate", () => {
    place.value = placeNow();
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a");
    if (!link?.href || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !isPage(url.pathname)) return;
    if (url.hash && url.pathname === location.pathname) return;
    event.preventDefault();
    navigate(url.pathname + url.search);
  });
}

function isPage(pathname: string): boolean {
  return pathname === "/" || /^\/(s|workers|settings)(\/|$)/.test(pathname);
}
