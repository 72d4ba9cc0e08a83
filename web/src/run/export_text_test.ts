import { describe, expect, test } from "vitest";
import { stretches } from "./as_path";
import { exportText } from "./export_text";
import { summarize } from "./hop_summary";
import { storedRun, withStored } from "./stored_run";
import { arrival, completed, enriched, play, reply, started, timeout } from "./test_runs";
import type { HopRow, Measurement } from "../api/types";

const trace = play([
  started(),
  reply(1, "192.168.1.1", 0.412),
  enriched("192.168.1.1", null, { special: "Private-Use" }),
  timeout(2),
  reply(3, "198.51.100.3", 4.118, { mpls: [{ label: 24015, tc: 0, bottom: true, ttl: 1 }] }),
  enriched("198.51.100.3", 64496),
  reply(3, "198.51.100.7", 4.5, { probe: 2 }),
  arrival(4, 61.2),
  completed(),
]);

test("a trace is exported as traceroute would print it", () => {
  expect(exportText(trace)).toBe(
    [
      "trace to www.example.net (192.0.2.7) from home, ICMP, 2026-11-22 10:00:00 UTC",
      " 1  192.168.1.1  [Private-Use]  0.412 ms",
      " 2  *",
      " 3  198.51.100.3  [AS64496 NET-64496]  4.118 ms  MPLS 24015",
      "    198.51.100.7  4.500 ms",
      " 4  192.0.2.7  61.200 ms",
      "Reached in 4 hops, 61.2 ms.",
      "",
    ].join("\n"),
  );
});

test("a late answer is named as such in a trace", () => {
  const text = exportText(play([started(), timeout(1), reply(1, "198.51.100.1", 1400, { late: true })]));
  expect(text).toContain(" 1  198.51.100.1  1400.000 ms (late)");
});

test("an mtr is exported as its report", () => {
  const rounds = [1, 2].flatMap((probe) => [timeout(1, probe), reply(2, "198.51.100.2", 2, { probe }), arrival(3, 9 + probe, { probe })]);
  const lines = exportText(play([started({ kind: "mtr" }), ...rounds])).split("\n");
  expect(lines[1]).toMatch(/^ +AS +Host +Loss +Snt +Last +Avg +Best +Wrst +StDev$/);
  expect(lines[2]).toMatch(/^1\. +- +\(no answer\) +- +2 +- +- +- +- +-$/);
  expect(lines[4]).toMatch(/^3\. +- +192\.0\.2\.7 +0\.0% +2 +11\.0 +10\.5 +10\.0 +11\.0 +0\.50$/);
});

test("a ping is exported probe by probe", () => {
  const ping = play([started({ kind: "ping" }), arrival(64, 12.5, { probe: 1 }), timeout(64, 2), arrival(64, 13.5, { probe: 3 })]);
  expect(exportText(ping).split("\n").slice(1)).toEqual([
    "1  192.0.2.7  12.500 ms",
    "2  no answer",
    "3  192.0.2.7  13.500 ms",
    "2 of 3 answered, min/median/max 12.500/13.000/13.500 ms",
    "",
  ]);
});

describe("a stored measurement", () => {
  const measurement: Measurement = {
    id: "0198c0de-7a3c-7bbb-8ccc-0123456789ab",
    kind: "trace",
    vantage: "home",
    target: "www.example.net",
    address: "192.0.2.7",
    prober: "native",
    method: "icmp",
    port: null,
    flow: 0,
    started_at: "2026-11-22T10:00:00.000123Z",
    finished_at: "2026-11-22T10:00:00.412000Z",
    status: "reached",
    stop_reason: "destination",
    probes_sent: 6,
    hops: [
      { ttl: 1, replies: [{ from: "192.168.1.1", rtt_ms: 0.412, icmp_type: 11, icmp_code: 0, attempt: 1 }] },
      { ttl: 2, replies: [] },
      {
        ttl: 3,
        replies: [
          {
            from: "198.51.100.3",
            rtt_ms: 4.118,
            icmp_type: 11,
            icmp_code: 0,
            attempt: 1,
            mpls: [{ label: 24015, tc: 0, bottom: true, ttl: 1 }],
          },
          { from: "198.51.100.7", rtt_ms: 4.5, icmp_type: 11, icmp_code: 0, attempt: 2 },
        ],
      },
      { ttl: 4, replies: [{ from: "192.0.2.7", rtt_ms: 61.2, icmp_type: 0, icmp_code: 0, attempt: 1 }] },
    ],
  };
  const row = (ttl: number, address: string | null, change: Partial<HopRow> = {}): HopRow => ({
    measurement_id: measurement.id,
    ttl,
    address,
    rtt_ms: null,
    replies: 1,
    inferred: false,
    verified_at: null,
    age_seconds: null,
    asn: null,
    org_name: null,
    country_code: null,
    prefix: null,
    ixp: null,
    special: null,
    rule: null,
    confidence: null,
    ...change,
  });
  const rows = [
    row(1, "192.168.1.1", { special: "Private-Use" }),
    row(2, null),
    row(3, "198.51.100.3", { asn: 64496, org_name: "NET-64496" }),
  ];

  test("says the same as the live run it came from", () => {
    expect(exportText(storedRun(measurement, rows))).toBe(exportText(trace));
  });

  test("gives a live run its times and what was found out since", () => {
    const known = withStored(trace, measurement, [row(3, "198.51.100.7", { asn: 64496, org_name: "NET-64496" })]);
    expect(known.finishedAt).toBe("2026-11-22T10:00:00.412000Z");
    expect(known.facts.get("198.51.100.7")?.asn).toBe(64496);
    expect(known.facts.get("192.168.1.1")?.special).toBe("Private-Use");
  });

  test("of a ping has its probes, silent ones included", () => {
    const ping: Measurement = {
      ...measurement,
      kind: "ping",
      probes_sent: 3,
      replies: [{ from: "192.0.2.7", rtt_ms: 12.5, icmp_type: 0, icmp_code: 0, attempt: 2 }],
    };
    delete ping.hops;
    expect(exportText(storedRun(ping, []))).toContain("1  no answer\n2  192.0.2.7  12.500 ms\n3  no answer\n1 of 3 answered");
  });

  test("shows a joined hop with its age and without an RTT, in the network it belongs to", () => {
    const joined: Measurement = {
      ...measurement,
      hops: [
        { ttl: 1, sent: 0, replies: [], inferred: { from: "198.51.100.3", verified_at: "2026-11-22T09:50:00Z" } },
        ...(measurement.hops ?? []).slice(1),
      ],
    };
    const run = storedRun(joined, rows);
    const [first] = summarize(run);
    expect(first).toMatchObject({ state: "inferred", sent: 0, best: null, inferred: { from: "198.51.100.3" } });
    expect(stretches(run, summarize(run))[0]).toMatchObject({ asn: 64496, firstTtl: 1, best: 4.118 });
    expect(exportText(run)).toContain(" 1  198.51.100.3  [AS64496 NET-64496]  inferred, seen 2026-11-22 09:50:00 UTC");
  });

  test("counts the probes of a trace that the node has counted", () => {
    const counted = storedRun({ ...measurement, hops: [{ ttl: 1, sent: 3, replies: [] }] }, []);
    expect(summarize(counted)[0]).toMatchObject({ state: "silent", sent: 3, answered: 0 });
  });

  test("has what the node read from the whole", () => {
    const whole: Measurement = {
      ...measurement,
      kind: "mtr",
      hops: [{ ttl: 1, sent: 2, replies: [], reading: "silent" }],
      path_mtu: { mtu: 1400, limits: [{ ttl: 3, from: "198.51.100.3", mtu: 1400 }] },
      notes: [{ ttl: 3, kind: "mtu_limit", text: "Behind hop 3 the path carries packets of up to 1400 bytes only." }],
    };
    const run = storedRun(whole, []);
    expect(summarize(run)[0]?.reading).toBe("silent");
    expect(exportText(run)).toContain("Path MTU: 1400 bytes.\nNote: Behind hop 3 the path carries packets of up to 1400 bytes only.");
    expect(withStored(trace, whole, [])).toMatchObject({ pathMtu: whole.path_mtu, notes: whole.notes, prober: "native" });
  });

  test("says of a TCP answer whether the port is open", () => {
    const tcp: Measurement = {
      ...measurement,
      method: "tcp",
      hops: [{ ttl: 1, replies: [{ from: "192.0.2.7", rtt_ms: 9, icmp_type: null, icmp_code: null, tcp_flags: 0x12, attempt: 1 }] }],
    };
    expect(exportText(storedRun(tcp, []))).toContain(" 1  192.0.2.7  9.000 ms  port open");
  });
});
