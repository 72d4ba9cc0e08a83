// What the node says at a path, asked again every few seconds while the page is looked at.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get } from "./client";
import type { Problem } from "./types";

export interface Polled<T> {
  value: T | null; // the newest that came, kept while the node does not answer
  problem: Problem | null; // of the last question
  refresh: () => void;
}

// `path` null: nothing is asked. `seconds` 0: asked once.
export function usePolled<T>(path: string | null, seconds: number): Polled<T> {
  const [state, setState] = useState<{ path: string | null; value: T | null; problem: Problem | null }>({
    path,
    value: null,
    problem: null,
  });
  const askNow = useRef<() => void>(() => {});

  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      clearTimeout(timer);
      const answer = await get<T>(path, stop.signal);
      if (stop.signal.aborted) return;
      setState((before) => {
        const kept = before.path === path ? before.value : null;
        if (answer.problem !== undefined) return { path, value: kept, problem: answer.problem };
        if (answer.value === kept && before.problem === null && before.path === path) return before;
        return { path, value: answer.value, problem: null };
      });
      clearTimeout(timer);
      if (seconds > 0 && !document.hidden) timer = setTimeout(ask, seconds * 1000);
    };
    const seen = () => {
      if (!document.hidden && seconds > 0) void ask();
    };
    askNow.current = () => void ask();
    document.addEventListener("visibilitychange", seen);
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [path, seconds]);

  const refresh = useCallback(() => askNow.current(), []);
  const current = state.path === path;
  return { value: current ? state.value : null, problem: current ? state.problem : null, refresh };
}
