import { afterEach, describe, expect, test, vi } from "vitest";
import { fieldProblem, get, post, problemFrom, restOfProblem } from "./client";
import type { Problem } from "./types";

const problem: Problem = {
  type: "/problems/validation-failed",
  title: "Invalid request",
  status: 422,
  detail: "two members are wrong",
  errors: [
    { source: { pointer: "/target" }, detail: "names no host" },
    { source: { pointer: "/max_ttl" }, detail: "must be from 1 to 255" },
  ],
};

afterEach(() => vi.unstubAllGlobals());

function answering(...answers: Response[]) {
  const calls = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
  for (const answer of answers) calls.mockResolvedValueOnce(answer);
  vi.stubGlobal("fetch", calls);
  return calls;
}

describe("the client", () => {
  test("asks again with the ETag and gives the same object back for 304", async () => {
    const calls = answering(
      new Response('{"items":[]}', { headers: { ETag: '"a"' } }),
      new Response(null, { status: 304 }),
    );
    const first = await get<object>("/targets");
    const second = await get<object>("/targets");
    expect(second.value).toBe(first.value);
    expect(calls.mock.calls[1]?.[1].headers).toEqual({ "If-None-Match": '"a"' });
  });

  test("turns a problem of the node into a value", async () => {
    answering(new Response(JSON.stringify(problem), { status: 422 }));
    expect((await post("/looking-glass/runs", {})).problem).toEqual(problem);
  });

  test("says in words that nobody answers", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("refused")));
    expect((await get("/system")).problem?.detail).toBe("The node does not answer. Is it running?");
  });

  test("says in words that the answer is no JSON", async () => {
    answering(new Response("<html>", { status: 502 }));
    expect((await get("/other")).problem?.detail).toContain("502");
  });
});

describe("a problem", () => {
  test("is shown beside the field it belongs to, and only the rest elsewhere", () => {
    expect(fieldProblem(problem, "/target")).toBe("names no host");
    expect(fieldProblem(problem, "/port")).toBe("");
    expect(restOfProblem(problem, ["/target"])).toBe("must be from 1 to 255");
    expect(restOfProblem({ ...problem, errors: [] }, ["/target"])).toBe("two members are wrong");
  });

  test("without its members still says something", () => {
    expect(problemFrom(null, 500)).toMatchObject({ title: "The node answered 500", detail: "It gave no reason." });
  });
});
