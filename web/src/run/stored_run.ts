// A stored measurement as a run: the same table, path and exports as a live one. Its replies come from the
// measurement, its networks from the rows of its hops.

import type { HopRow, Measurement, Reply } from "../api/types";
import type { AddressFacts, Answer, Hop, RunView } from "./run_view";

export function storedRun(measurement: Measurement, rows: readonly HopRow[]): RunView {
  const hops = hopsOf(measurement);
  return {
    ...foundBeside(measurement),
    id: null,
    phase: "completed",
    kind: measurement.kind,
    method: measurement.method,
    target: measurement.target,
    address: measurement.address,
    vantage: measurement.vantage,
    source: measurement.source ?? null,
    prober: measurement.prober,
    startedAt: measurement.started_at,
    finishedAt: measurement.finished_at,
    expected: null,
    hops,
    facts: factsByAddress(rows),
    round: measurement.kind === "mtr" ? Math.max(0, ...hops.map((hop) => hop.sent)) : 0,
    status: measurement.status,
    stopReason: measurement.stop_reason,
    samePath: null,
    measurementId: measurement.id,
    problem: null,
    lastEvent: 0,
  };
}

function foundBeside(measurement: Measurement): Pick<RunView, "pathMtu" | "graph" | "notes" | "rawOutput"> {
  return {
    pathMtu: measurement.path_mtu ?? null,
    graph: measurement.graph ?? null,
    notes: measurement.notes ?? [],
    rawOutput: measurement.raw_output ?? null,
  };
}

// What was stored of a run replaces what was known while it was live: only then are the joined hops there, and what
// the node reads from the whole.
export function withStored(run: RunView, measurement: Measurement, rows: readonly HopRow[]): RunView {
  const facts = new Map(run.facts);
  for (const [address, fact] of factsByAddress(rows)) {
    facts.set(address, { ...fact, hostName: facts.get(address)?.hostName ?? null });
  }
  return {
    ...run,
    ...foundBeside(measurement),
    hops: hopsOf(measurement),
    facts,
    source: measurement.source ?? null,
    prober: measurement.prober,
    startedAt: measurement.started_at,
    finishedAt: measurement.finished_at,
  };
}

function factsByAddress(rows: readonly HopRow[]): Map<string, AddressFacts> {
  const facts = new Map<string, AddressFacts>();
  for (const row of rows) {
    if (row.address === null) continue;
    facts.set(row.address, {
      asn: row.asn,
      network: row.org_name || null,
      countryCode: row.country_code,
      prefix: row.prefix,
      ixp: row.ixp,
      special: row.special,
      hostName: null,
      rule: row.rule,
    });
  }
  return facts;
}

function hopsOf(measurement: Measurement): Hop[] {
  if (measurement.kind === "ping") return pingHop(measurement);
  return (measurement.hops ?? []).map((hop) => ({
    ...storedHop(hop.ttl, hop.replies, hop.sent ?? 0),
    inferred: hop.inferred === undefined ? null : { from: hop.inferred.from, verifiedAt: hop.inferred.verified_at },
    reading: hop.reading ?? null,
  }));
}

// All probes of a ping left with one TTL, which the replies do not name.
function pingHop(measurement: Measurement): Hop[] {
  return [storedHop(0, measurement.replies ?? [], measurement.sent ?? measurement.probes_sent)];
}

// Without a count, as many probes were sent as the highest attempt that was answered.
function storedHop(ttl: number, replies: readonly Reply[], sent: number): Hop {
  const answers = replies.map(answerOf);
  const answered = new Set(answers.filter((answer) => !answer.late).map((answer) => answer.probe));
  const probes = Math.max(sent, ...answered);
  const givenUp = Array.from({ length: probes }, (_, index) => index + 1).filter((probe) => !answered.has(probe));
  return { ttl, answers, givenUp, sent: probes, inferred: null, reading: null };
}

function answerOf(reply: Reply): Answer {
  return {
    probe: reply.attempt,
    from: reply.from,
    rttMs: reply.rtt_ms,
    icmpType: reply.icmp_type ?? null,
    icmpCode: reply.icmp_code ?? null,
    tcpFlags: reply.tcp_flags ?? null,
    replyTtl: reply.reply_ttl ?? null,
    quotedTtl: reply.quoted_ttl ?? null,
    mpls: reply.mpls ?? [],
    late: reply.late ?? false,
    duplicate: reply.duplicate ?? false,
  };
}
