import { describe, expect, test } from "vitest";
import { takeEvent } from "./run_events";
import { summarize } from "./hop_summary";
import { emptyRun } from "./run_view";
import { arrival, completed, enriched, play, reply, started, timeout } from "./test_runs";

describe("a live run", () => {
  test("fills hop by hop", () => {
    const run = play([started(), reply(1, "198.51.100.1", 0.4), reply(2, "198.51.100.9", 3.1)]);
    expect(run.phase).toBe("running");
    expect(run.address).toBe("192.0.2.7");
    expect(run.vantage).toBe("home");
    expect(run.hops.map((hop) => [hop.ttl, hop.answers.length])).toEqual([[1, 1], [2, 1]]);
  });

  test("shows the hops in order however they arrive", () => {
    const run = play([started(), reply(4, "198.51.100.4", 4), reply(2, "198.51.100.2", 2), timeout(5), reply(1, "198.51.100.1", 1)]);
    expect(run.hops.map((hop) => hop.ttl)).toEqual([1, 2, 3, 4, 5]);
    expect(summarize(run).map((hop) => hop.state)).toEqual(["answered", "answered", "waiting", "answered", "silent"]);
  });

  test("takes an event that comes twice in once", () => {
    const once = takeEvent(takeEvent(emptyRun("trace", "icmp", "x"), 1, started()), 2, reply(1, "198.51.100.1", 1));
    const twice = takeEvent(takeEvent(once, 1, started()), 2, reply(1, "198.51.100.1", 1));
    expect(twice).toBe(once);
  });

  test("goes on after a cut where it was, whatever the node sends again", () => {
    const events = [started(), reply(1, "198.51.100.1", 1), timeout(2), arrival(3, 9), completed()];
    const whole = play(events);
    for (let cut = 0; cut < events.length; ++cut) {
      let run = play(events.slice(0, cut));
      events.forEach((event, index) => {
        run = takeEvent(run, index + 1, event);
      });
      expect(run).toEqual(whole);
    }
  });

  test("counts a late answer neither as an answer nor as a second probe", () => {
    const run = play([started(), timeout(3), reply(3, "198.51.100.3", 1400, { late: true })]);
    const hop = summarize(run).at(-1);
    expect(hop).toMatchObject({ state: "answered", sent: 1, answered: 0, best: null });
    expect(hop?.addresses[0]).toMatchObject({ late: 1, rtts: [] });
  });

  test("shows a duplicate without counting it", () => {
    const run = play([started(), reply(3, "198.51.100.3", 5), reply(3, "198.51.100.3", 50, { duplicate: true })]);
    const hop = summarize(run).at(-1);
    expect(hop).toMatchObject({ sent: 1, answered: 1, best: 5, worst: 5 });
    expect(hop?.addresses[0]?.duplicates).toBe(1);
  });

  test("keeps every address that answers at one TTL", () => {
    const run = play([started(), reply(7, "198.51.100.5", 12.9), reply(7, "198.51.100.9", 13.4, { probe: 2 })]);
    const hop = summarize(run)[0];
    expect(hop?.addresses.map((seen) => [seen.address, seen.rtts])).toEqual([
      ["198.51.100.5", [12.9]],
      ["198.51.100.9", [13.4]],
    ]);
    expect(hop?.sent).toBe(2);
  });

  test("learns networks before or after the replies", () => {
    const run = play([started(), enriched("198.51.100.1", 64496), reply(1, "198.51.100.1", 1)]);
    expect(run.facts.get("198.51.100.1")).toMatchObject({ asn: 64496, network: "NET-64496", rule: "origin" });
  });

  test("ends in words the node chose", () => {
    const run = play([started(), arrival(1, 3), completed()]);
    expect(run).toMatchObject({ phase: "completed", status: "reached", stopReason: "destination", samePath: "same" });
    expect(run.measurementId).toBe("0198c0de-7a3c-7bbb-8ccc-0123456789ab");
  });

  test("keeps what was seen when it fails or is stopped", () => {
    const problem = { type: "/problems/internal", title: "Failed", status: 500, detail: "the wire is gone" };
    const seen = play([started(), reply(1, "198.51.100.1", 1)]);
    expect(play([{ name: "run.failed", data: { problem } }], seen)).toMatchObject({ phase: "failed", problem, hops: seen.hops });
    expect(play([{ name: "run.cancelled", data: {} }], seen)).toMatchObject({ phase: "cancelled", hops: seen.hops });
  });
});

describe("the hops of a run", () => {
  test("end at the first TTL at which the destination answers", () => {
    const run = play([started(), arrival(5, 20), arrival(4, 20), reply(3, "198.51.100.3", 9), arrival(3, 20, { probe: 2 })]);
    expect(summarize(run).map((hop) => hop.ttl)).toEqual([3]);
  });

  test("call a router that stays silent silent, not lossy", () => {
    const run = play([started(), timeout(1), timeout(1, 2), arrival(2, 9)]);
    expect(summarize(run)[0]).toMatchObject({ state: "silent", sent: 2, answered: 0, lossIsHarmless: true });
  });

  test("tell loss of the path from a router that answers sparingly", () => {
    const rounds = [1, 2, 3, 4].flatMap((probe) => [
      probe % 2 === 0 ? timeout(1, probe) : reply(1, "198.51.100.1", 1, { probe }),
      probe === 4 ? timeout(2, probe) : reply(2, "198.51.100.2", 2, { probe }),
      probe === 4 ? timeout(3, probe) : arrival(3, 3, { probe }),
    ]);
    const hops = summarize(play([started({ kind: "mtr" }), ...rounds]));
    expect(hops.map((hop) => hop.lossIsHarmless)).toEqual([true, false, false]);
    expect(hops.map((hop) => `${hop.answered}/${hop.sent}`)).toEqual(["2/4", "3/4", "3/4"]);
  });

  test("have the statistics of what counts", () => {
    const rtts = [4, 2, 6, 8];
    const run = play([started({ kind: "mtr" }), ...rtts.map((rtt, index) => arrival(1, rtt, { probe: index + 1 }))]);
    expect(summarize(run)[0]).toMatchObject({ last: 8, best: 2, worst: 8, mean: 5, middle: 5, deviation: Math.sqrt(5) });
  });

  test("say in words what a refusing router said", () => {
    const run = play([started(), reply(2, "198.51.100.2", 5, { icmp: { type: 3, code: 13 } })]);
    expect(summarize(run)[0]?.addresses[0]?.meaning).toEqual({ mark: "!X", words: "administratively prohibited" });
  });
});
