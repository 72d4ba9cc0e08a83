// Addresses of the page: paths by the History API (the node answers every one of them with index.html), the state
// of a view in the query, so that a copied address shows the same to somebody else.

import { useEffect, useRef, useState } from "preact/hooks";

export interface Place {
  path: string;
  query: URLSearchParams;
}

type Listener = () => void;
const listeners = new Set<Listener>();

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const listener = () => setPlace(here());
    listeners.add(listener);
    addEventListener("popstate", listener);
    return () => {
      listeners.delete(listener);
      removeEventListener("popstate", listener);
    };
  }, []);
  return place;
}

function changed(): void {
  for (const listener of [...listeners]) listener();
}

export function go(address: string): void {
  history.pushState(null, "", address);
  changed();
  scrollTo(0, 0);
}

// The view changed without being another page: no step for the Back button.
export function setQuery(values: Record<string, string | null>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  history.replaceState(null, "", withQuery(location.pathname, query));
  changed();
}

const quiet = 300; // ms without a keystroke before the address follows

// What is being typed, kept in the address a moment later: browsers limit how often the address may change, and
// what is typed must never wait for it. `commit` writes it at once. Steps to another address are read in again.
export function useQueryState<T>(
  read: (query: URLSearchParams) => T,
  write: (value: T) => Record<string, string | null>,
): [T, (value: T) => void, (value: T) => void] {
  const { query } = usePlace();
  const [value, setValue] = useState(() => read(query));
  const known = useRef(query.toString());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const text = query.toString();
    if (timer.current !== undefined || text === known.current) return;
    known.current = text;
    setValue(read(query));
  }, [query]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const commit = (next: T) => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setQuery(write(next));
    known.current = here().query.toString();
  };
  const set = (next: T) => {
    setValue(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => commit(next), quiet);
  };
  return [value, set, commit];
}

export function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

// Clicks on links of the page itself stay in the page; all others, and those with a modifier, are the browser's.
export function catchLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || link.target !== "" || link.origin !== location.origin || link.hasAttribute("download")) return;
  if (link.pathname.startsWith("/api/") || link.pathname === "/metrics") return;
  if (link.hash !== "" && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
