// One run as the page shows it. It is built event by event while the run is live (run_events.ts) or at once from a
// stored measurement (stored_run.ts); the hop table, the AS path and the exports read nothing else.

import type {
  HopReading,
  Kind,
  Method,
  MplsLabel,
  OwnershipRule,
  PathGraph,
  PathMtu,
  PathNote,
  Problem,
  Status,
  StopReason,
} from "../api/types";

// An answer to one probe. Late and duplicate ones are shown, never counted.
export interface Answer {
  probe: number;
  from: string;
  rttMs: number;
  icmpType: number | null; // null: a TCP segment
  icmpCode: number | null;
  tcpFlags: number | null;
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
  inferred: Inferred | null;
  reading: HopReading | null; // of a stored mtr
}

// A hop that was not asked: another trace saw this address there. It has no RTT.
export interface Inferred {
  from: string;
  verifiedAt: string;
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
  source: string | null; // address that the probes left from
  prober: string | null;
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
  pathMtu: PathMtu | null;
  graph: PathGraph | null; // all load-balanced paths
  notes: readonly PathNote[];
  rawOutput: string | null; // what an external tool printed
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
    source: null,
    prober: null,
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
    pathMtu: null,
    graph: null,
    notes: [],
    rawOutput: null,
    problem: null,
    lastEvent: 0,
  };
}

export function isOver(run: RunView): boolean {
  return run.phase === "completed" || run.phase === "failed" || run.phase === "cancelled";
}
