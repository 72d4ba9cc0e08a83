import { expect, test } from "vitest";
import { isPlain, measuredOf, measuredRequest, plainTrace, saidMeasured } from "./measured_how";

const target = { kind: "trace", prober: null, method: "icmp", port: null, multipath: false, mtu_search: false } as const;

test("a target without wishes is a plain trace", () => {
  expect(isPlain(target)).toBe(true);
  expect(measuredOf(target)).toEqual(plainTrace);
  expect(measuredRequest(plainTrace)).toEqual({ kind: "trace", prober: "", method: "icmp", multipath: false, mtu_search: false });
});

test("wishes are said in words and come back from the node as they were sent", () => {
  const wished = { ...target, prober: "scamper", method: "udp", port: 53, multipath: true } as const;
  expect(saidMeasured(wished)).toBe("trace, UDP port 53, by scamper, all load-balanced paths");
  expect(isPlain(wished)).toBe(false);
  expect(measuredRequest(measuredOf(wished))).toEqual({
    kind: "trace",
    prober: "scamper",
    method: "udp",
    port: 53,
    multipath: true,
    mtu_search: false,
  });
});

test("what another kind cannot do is taken back", () => {
  const how = { ...plainTrace, kind: "ping", prober: "traceroute", multipath: true, mtuSearch: true } as const;
  expect(measuredRequest(how)).toEqual({ kind: "ping", prober: "", method: "icmp", multipath: false, mtu_search: false });
});

test("a prober that this page does not know is shown as the node's own order", () => {
  expect(measuredOf({ ...target, prober: "pathping" }).prober).toBe("");
});
