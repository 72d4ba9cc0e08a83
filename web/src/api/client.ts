// The way to the node: JSON in, JSON out, problems as values. Every GET remembers its ETag, so that asking again
// for what did not change costs a line and gives back the very same object (nothing is drawn anew).

import type { Problem } from "./types";

export type Answer<T> = { value: T; etag: string | null; problem?: never } | { problem: Problem; value?: never };

export const apiRoot = "/api/v1";

interface Remembered {
  etag: string;
  value: unknown;
}

const mostRemembered = 100;
const remembered = new Map<string, Remembered>();

export async function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  const before = remembered.get(path);
  const headers: Record<string, string> = before === undefined ? {} : { "If-None-Match": before.etag };
  const answer = await call(path, { headers, cache: "no-store", signal: signal ?? null });
  if (answer instanceof Response) {
    if (answer.status === 304 && before !== undefined) return { value: before.value as T, etag: before.etag };
    return readAnswer<T>(answer, path);
  }
  return { problem: answer };
}

export async function post<T>(path: string, body: unknown): Promise<Answer<T>> {
  return send<T>("POST", path, body, {});
}

export async function put<T>(path: string, body: unknown, etag: string): Promise<Answer<T>> {
  return send<T>("PUT", path, body, { "If-Match": etag });
}

export async function patch<T>(path: string, body: unknown): Promise<Answer<T>> {
  return send<T>("PATCH", path, body, {});
}

export async function remove(path: string): Promise<Answer<null>> {
  const answer = await call(path, { method: "DELETE" });
  return answer instanceof Response ? readAnswer<null>(answer, null) : { problem: answer };
}

async function send<T>(method: string, path: string, body: unknown, extra: Record<string, string>): Promise<Answer<T>> {
  const headers = { "Content-Type": "application/json", ...extra };
  const answer = await call(path, { method, headers, body: JSON.stringify(body) });
  return answer instanceof Response ? readAnswer<T>(answer, null) : { problem: answer };
}

async function call(path: string, init: RequestInit): Promise<Response | Problem> {
  try {
    return await fetch(apiRoot + path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return pageProblem("aborted", "No longer wanted");
    return pageProblem("no-answer", "The node does not answer. Is it running?");
  }
}

async function readAnswer<T>(response: Response, path: string | null): Promise<Answer<T>> {
  if (response.status === 204) return { value: null as T, etag: null };
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    return { problem: pageProblem("no-json", `The node answered ${response.status} with something that is not JSON.`) };
  }
  if (!response.ok) return { problem: problemFrom(body, response.status) };
  const etag = response.headers.get("ETag");
  if (path !== null && etag !== null) remember(path, { etag, value: body });
  return { value: body as T, etag };
}

function remember(path: string, entry: Remembered): void {
  remembered.delete(path);
  remembered.set(path, entry);
  const oldest = remembered.keys().next().value;
  if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
}

export function problemFrom(body: unknown, status: number): Problem {
  const given = (typeof body === "object" && body !== null ? body : {}) as Partial<Problem>;
  return {
    ...given,
    type: given.type ?? "about:blank",
    title: given.title ?? `The node answered ${status}`,
    status,
    detail: given.detail ?? "It gave no reason.",
  };
}

function pageProblem(type: string, detail: string): Problem {
  return { type: `page:${type}`, title: "No answer", status: 0, detail };
}

// What a problem says of one field: "/target", "/lines". Empty when it says nothing of it.
export function fieldProblem(problem: Problem | null, pointer: string): string {
  const found = problem?.errors?.filter((error) => error.source.pointer === pointer) ?? [];
  return found.map((error) => error.detail).join(" ");
}

// What a problem says beside those fields that show their own part of it.
export function restOfProblem(problem: Problem | null, shownElsewhere: readonly string[]): string {
  if (problem === null) return "";
  const errors = problem.errors ?? [];
  if (errors.length === 0) return problem.detail;
  return errors
    .filter((error) => !shownElsewhere.includes(error.source.pointer ?? ""))
    .map((error) => error.detail)
    .join(" ");
}
