// The events of a live run and what each does to the run as shown. Events may come twice (a resumed stream), late
// or out of order; taking one in twice changes nothing.

import type {
  HopEnrichedEvent,
  HopReplyEvent,
  HopTimeoutEvent,
  RoundCompletedEvent,
  RunCompletedEvent,
  RunFailedEvent,
  RunStartedEvent,
} from "../api/types";
import type { Answer, Hop, RunView } from "./run_view";

export type RunEvent =
  | { name: "run.started"; data: RunStartedEvent }
  | { name: "hop.reply"; data: HopReplyEvent }
  | { name: "hop.timeout"; data: HopTimeoutEvent }
  | { name: "hop.enriched"; data: HopEnrichedEvent }
  | { name: "round.completed"; data: RoundCompletedEvent }
  | { name: "run.completed"; data: RunCompletedEvent }
  | { name: "run.failed"; data: RunFailedEvent }
  | { name: "run.cancelled"; data: object };

export const eventNames: readonly RunEvent["name"][] = [
  "run.started",
  "hop.reply",
  "hop.timeout",
  "hop.enriched",
  "round.completed",
  "run.completed",
  "run.failed",
  "run.cancelled",
];

// `sequence` is the event's id, from 1; one that was taken in already is passed over.
export function takeEvent(run: RunView, sequence: number, event: RunEvent): RunView {
  if (sequence <= run.lastEvent) return run;
  return { ...apply(run, event), lastEvent: sequence };
}

function apply(run: RunView, event: RunEvent): RunView {
  switch (event.name) {
    case "run.started":
      return started(run, event.data);
    case "hop.reply":
      return { ...run, hops: withHop(run.hops, event.data.ttl, (hop) => withReply(hop, event.data)) };
    case "hop.timeout":
      return { ...run, hops: withHop(run.hops, event.data.ttl, (hop) => withTimeout(hop, event.data.probe)) };
    case "hop.enriched":
      return enriched(run, event.data);
    case "round.completed":
      return { ...run, round: Math.max(run.round, event.data.round) };
    case "run.completed":
      return completed(run, event.data);
    case "run.failed":
      return { ...run, phase: "failed", problem: event.data.problem };
    case "run.cancelled":
      return { ...run, phase: "cancelled" };
  }
}

function started(run: RunView, data: RunStartedEvent): RunView {
  return {
    ...run,
    id: data.id,
    phase: "running",
    kind: data.kind,
    method: data.parameters.method,
    target: data.target,
    address: data.resolved,
    vantage: data.source,
    startedAt: data.started_at,
    expected: data.kind === "trace" ? null : data.parameters.count,
  };
}

function enriched(run: RunView, data: HopEnrichedEvent): RunView {
  const facts = new Map(run.facts).set(data.from, {
    asn: data.asn,
    network: data.as_name || null,
    countryCode: null,
    prefix: data.prefix,
    ixp: data.ixp,
    special: data.special,
    hostName: data.name,
    rule: data.rule,
  });
  return { ...run, facts };
}

function completed(run: RunView, data: RunCompletedEvent): RunView {
  return {
    ...run,
    phase: "completed",
    status: data.status,
    stopReason: data.stop_reason,
    measurementId: data.measurement_id,
    samePath: data.path_hash === null ? null : !data.differs_from_last ? "same" : data.known_path ? "known" : "new",
  };
}

// The hop of `ttl` changed; TTLs between it and the others appear as hops of which nothing is known yet.
function withHop(hops: readonly Hop[], ttl: number, change: (hop: Hop) => Hop): readonly Hop[] {
  const first = hops[0]?.ttl ?? ttl;
  const last = hops.at(-1)?.ttl ?? ttl;
  const changed: Hop[] = [];
  for (let at = Math.min(first, ttl); at <= Math.max(last, ttl); ++at) {
    const hop = hops[at - first] ?? unknownHop(at);
    changed.push(at === ttl ? change(hop) : hop);
  }
  return changed;
}

function unknownHop(ttl: number): Hop {
  return { ttl, answers: [], givenUp: [], sent: 0, inferred: null, reading: null };
}

function withReply(hop: Hop, data: HopReplyEvent): Hop {
  return counted({ ...hop, answers: [...hop.answers, answerOf(data)] });
}

function answerOf(data: HopReplyEvent): Answer {
  return {
    probe: data.probe,
    from: data.from,
    rttMs: data.rtt_ms,
    icmpType: data.icmp.type,
    icmpCode: data.icmp.code,
    tcpFlags: data.tcp_flags ?? null,
    replyTtl: data.reply_ttl,
    quotedTtl: data.quoted_ttl,
    mpls: data.mpls,
    late: data.late,
    duplicate: data.duplicate,
  };
}

function withTimeout(hop: Hop, probe: number): Hop {
  if (hop.givenUp.includes(probe)) return hop;
  return counted({ ...hop, givenUp: [...hop.givenUp, probe] });
}

// A probe that was given up and answered late was still sent once.
function counted(hop: Hop): Hop {
  const probes = new Set([...hop.givenUp, ...hop.answers.map((answer) => answer.probe)]);
  return { ...hop, sent: probes.size };
}
