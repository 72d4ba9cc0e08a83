// Loading, empty and wrong: always said in words.

import type { ComponentChildren } from "preact";
import type { Problem } from "../api/types";

export function Loading({ what }: { what: string }) {
  return <p class="notice loading" role="status">Loading {what} …</p>;
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="notice">{children}</p>;
}

// With old values still on the page (`stale`) the problem is a line above them, not instead of them.
export function ProblemNotice({ problem, stale = false }: { problem: Problem; stale?: boolean }) {
  return (
    <div class="notice problem" role="alert">
      <strong>{problem.title}.</strong> {problem.detail}
      {stale && " Below is what was known before; the page keeps asking."}
      {problem.request_id !== undefined && <span class="request-id"> Request {problem.request_id}</span>}
    </div>
  );
}
