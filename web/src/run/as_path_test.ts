import { describe, expect, test } from "vitest";
import { listedStretches, stretches } from "./as_path";
import { summarize } from "./hop_summary";
import { arrival, completed, enriched, play, reply, started, timeout } from "./test_runs";
import type { RunEvent } from "./run_events";

function pathOf(events: readonly RunEvent[]) {
  const run = play([started(), ...events]);
  return stretches(run, summarize(run)).map(({ asn, firstTtl, lastTtl, why }) => ({ asn, ttls: `${firstTtl}-${lastTtl}`, why }));
}

function hop(ttl: number, asn: number | null, special: string | null = null): RunEvent[] {
  const address = `198.51.100.${ttl}`;
  return [reply(ttl, address, ttl), enriched(address, asn, { special })];
}

describe("the path of a run", () => {
  test("joins neighbouring hops of one network", () => {
    expect(pathOf([...hop(1, 64496), ...hop(2, 64496), ...hop(3, 64500)])).toEqual([
      { asn: 64496, ttls: "1-2", why: [] },
      { asn: 64500, ttls: "3-3", why: [] },
    ]);
  });

  test("shows a gap as a gap, with its reasons", () => {
    expect(pathOf([...hop(1, null, "Private-Use"), timeout(2), ...hop(3, null), ...hop(4, 64500)])).toEqual([
      { asn: null, ttls: "1-3", why: ["Private-Use", "no answer", "no known origin"] },
      { asn: 64500, ttls: "4-4", why: [] },
    ]);
  });

  test("closes a gap with the same network on both sides only", () => {
    expect(pathOf([...hop(1, 64496), timeout(2), ...hop(3, 64496), timeout(4), ...hop(5, 64500)])).toEqual([
      { asn: 64496, ttls: "1-3", why: [] },
      { asn: null, ttls: "4-4", why: ["no answer"] },
      { asn: 64500, ttls: "5-5", why: [] },
    ]);
  });

  test("claims no network where the addresses of a hop disagree", () => {
    const both = [...hop(2, 64496), reply(2, "203.0.113.9", 3, { probe: 2 }), enriched("203.0.113.9", 64500)];
    expect(pathOf(both)).toEqual([{ asn: null, ttls: "2-2", why: ["several networks"] }]);
  });

  test("does not call silence at its live end a gap before the run is over", () => {
    const events = [...hop(1, 64496), timeout(2)];
    expect(pathOf(events).map((stretch) => stretch.asn)).toEqual([64496]);
    expect(pathOf([...events, completed()]).map((stretch) => stretch.asn)).toEqual([64496, null]);
  });

  test("ends with the destination's network", () => {
    expect(pathOf([...hop(1, 64496), arrival(2, 9), enriched("192.0.2.7", 64511)]).at(-1)?.asn).toBe(64511);
  });
});

test("a listed path shows its gaps before the networks they precede", () => {
  const path = listedStretches([
    { asn: 64496, name: "ACCESS", gap: 1 },
    { asn: 64500, name: "", gap: 0 },
  ]);
  expect(path.map(({ asn, name, hops }) => [asn, name, hops])).toEqual([
    [null, null, 1],
    [64496, "ACCESS", 0],
    [64500, null, 0],
  ]);
});
