// Runs for the tests, in documentation space and documentation ASNs.

import type { HopEnrichedEvent, HopReplyEvent, RunStartedEvent } from "../api/types";
import { takeEvent, type RunEvent } from "./run_events";
import { emptyRun, type RunView } from "./run_view";

export function started(change: Partial<RunStartedEvent> = {}): RunEvent {
  return {
    name: "run.started",
    data: {
      id: "run-1",
      target: "www.example.net",
      resolved: "192.0.2.7",
      source: "home",
      kind: "trace",
      parameters: {
        method: "icmp",
        port: null,
        flow: 0,
        first_ttl: 1,
        max_ttl: 30,
        attempts: 2,
        gap_limit: 5,
        count: 10,
        interval_ms: 1000,
        timeout_ms: 1000,
        prober: "",
        multipath: false,
        confidence_percent: 95,
        mtu_search: false,
        dscp: 0,
        raw_output: false,
      },
      started_at: "2026-11-22T10:00:00.000123Z",
      ...change,
    },
  };
}

export function reply(ttl: number, from: string, rttMs: number, change: Partial<HopReplyEvent> = {}): RunEvent {
  return {
    name: "hop.reply",
    data: {
      ttl,
      probe: 1,
      flow: 0,
      from,
      rtt_ms: rttMs,
      reply_ttl: 64,
      quoted_ttl: 1,
      icmp: { type: 11, code: 0 },
      mpls: [],
      late: false,
      duplicate: false,
      ...change,
    },
  };
}

export function arrival(ttl: number, rttMs: number, change: Partial<HopReplyEvent> = {}): RunEvent {
  return reply(ttl, "192.0.2.7", rttMs, { icmp: { type: 0, code: 0 }, ...change });
}

export function timeout(ttl: number, probe = 1): RunEvent {
  return { name: "hop.timeout", data: { ttl, probe, flow: 0 } };
}

export function enriched(from: string, asn: number | null, change: Partial<HopEnrichedEvent> = {}): RunEvent {
  return {
    name: "hop.enriched",
    data: {
      ttl: 0,
      from,
      name: null,
      asn,
      as_name: asn === null ? null : `NET-${asn}`,
      prefix: null,
      ixp: null,
      special: null,
      rule: asn === null ? "unmapped" : "origin",
      confidence: 1,
      as_of: null,
      ...change,
    },
  };
}

export function completed(): RunEvent {
  return {
    name: "run.completed",
    data: {
      status: "reached",
      stop_reason: "destination",
      path_hash: "5f1c3a9b7e2d4c60",
      known_path: true,
      differs_from_last: false,
      measurement_id: "0198c0de-7a3c-7bbb-8ccc-0123456789ab",
    },
  };
}

export function play(events: readonly RunEvent[], from: RunView = emptyRun("trace", "icmp", "www.example.net")): RunView {
  return events.reduce((run, event) => takeEvent(run, run.lastEvent + 1, event), from);
}
