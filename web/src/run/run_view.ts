// One run as the page shows it. It is built event by event while the run is live (run_events.ts) or at once from a
// stored measurement (stored_run.ts); the hop table, the AS path and the exports read nothing else.

import type { Kind, Method, MplsLabel, OwnershipRule, Problem, Status, StopReason } from "../api/types";

// An answer to one probe. Late and duplicate ones are shown, never counted.
export interface Answer {
  probe: number;
  from: string;
  rttMs: number;
  icmpType: number;
  icmpCode: number;
  replyTtl: number | null;
  quotedTtl: number | null;
  mpls: readonly MplsLabel[];
  late: boolean;
  duplicate: boolean;
}

export interface Hop {
  ttl: number;
  answers: readonly Answer[]; // in the order of arrival
  givenUp: readonly number[]; // probes without an answer in time
  sent: number; // probes known to have left
}

export interface AddressFacts {
  asn: number | null;
  network: string | null; // name of the network
  countryCode: string | null;
  prefix: string | null;
  ixp: string | null;
  special: string | null; // name in IANA's registry, such as "Private-Use"
  hostName: string | null;
  rule: OwnershipRule | null; // why it belongs to its network, or to none
}

export type Phase = "starting" | "running" | "completed" | "failed" | "cancelled";

export interface RunView {
  id: string | null;
  phase: Phase;
  kind: Kind;
  method: Method;
  target: string;
  address: string | null;
  vantage: string | null;
  startedAt: string | null;
  finishedAt: string | null; // by the node's clock, once the measurement is stored
  expected: number | null; // probes of a ping, rounds of an mtr
  hops: readonly Hop[]; // by TTL, every one from the first seen to the last
  facts: ReadonlyMap<string, AddressFacts>;
  round: number; // of an mtr, the last one that ended
  status: Status | null;
  stopReason: StopReason | null;
  samePath: "same" | "known" | "new" | null; // beside the measurements before; null: not said
  measurementId: string | null;
  problem: Problem | null;
  lastEvent: number; // sequence of the newest event taken in
}

export function emptyRun(kind: Kind, method: Method, target: string): RunView {
  return {
    id: null,
    phase: "starting",
    kind,
    method,
    target,
    address: null,
    vantage: null,
    startedAt: null,
    finishedAt: null,
    expected: null,
    hops: [],
    facts: new Map(),
    round: 0,
    status: null,
    stopReason: null,
    samePath: null,
    measurementId: null,
    problem: null,
    lastEvent: 0,
  };
}

export function isOver(run: RunView): boolean {
  return run.phase === "completed" || run.phase === "failed" || run.phase === "cancelled";
}
