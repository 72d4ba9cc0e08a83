// A run as text for tickets and mails: a trace as traceroute prints it, an mtr as its report, a ping as ping does.

import { ownerOf } from "./as_path";
import { addressesOf, lossShare, summarize, type HopSummary } from "./hop_summary";
import { pingProbes } from "./ping_probes";
import type { Inferred, RunView } from "./run_view";
import { milliseconds, median } from "../words/numbers";
import { outcomeSentence } from "../words/outcome";
import { methodNames } from "../words/probers";
import { utc } from "../words/times";

export function exportText(run: RunView): string {
  const hops = summarize(run);
  const body = run.kind === "mtr" ? mtrLines(run, hops) : run.kind === "ping" ? pingLines(run) : traceLines(run, hops);
  return [heading(run), ...body, ...ending(run, hops), ...beside(run)].join("\n") + "\n";
}

function heading(run: RunView): string {
  const where = run.address !== null && run.address !== run.target ? `${run.target} (${run.address})` : run.target;
  const from = run.vantage === null ? "" : ` from ${run.vantage}`;
  const when = run.startedAt === null ? "" : `, ${utc(run.startedAt)}`;
  return `${run.kind} to ${where}${from}, ${methodNames[run.method]}${when}`;
}

function ending(run: RunView, hops: readonly HopSummary[]): string[] {
  if (run.status === null || run.stopReason === null) return [];
  return [`${outcomeSentence(outcomeOf(run, hops))}.`];
}

function beside(run: RunView): string[] {
  const mtu = run.pathMtu === null ? [] : [`Path MTU: ${run.pathMtu.mtu} bytes.`];
  return [...mtu, ...run.notes.map((note) => `Note: ${note.text}`)];
}

export function outcomeOf(run: RunView, hops: readonly HopSummary[]) {
  const end = hops.find((hop) => hop.isDestination);
  const answered = hops.filter((hop) => hop.state === "answered");
  return {
    kind: run.kind,
    status: run.status ?? "failed",
    stopReason: run.stopReason ?? "error",
    hops: end?.ttl ?? answered.at(-1)?.ttl ?? 0,
    rttMs: (run.kind === "trace" ? end?.rtts[0] : end?.middle) ?? null,
  };
}

function traceLines(run: RunView, hops: readonly HopSummary[]): string[] {
  return hops.map((hop) => {
    const number = String(hop.ttl).padStart(2);
    if (hop.inferred !== null) return `${number}  ${inferredText(run, hop.inferred)}`;
    if (hop.addresses.length === 0) return `${number}  *`;
    const parts = hop.addresses.map((seen) => {
      const rtts = run.hops
        .find((other) => other.ttl === hop.ttl)
        ?.answers.filter((answer) => answer.from === seen.address && !answer.duplicate)
        .map((answer) => `${answer.rttMs.toFixed(3)} ms${answer.late ? " (late)" : ""}`);
      return [seen.address, networkTag(run, seen.address), ...(rtts ?? []), seen.meaning.mark, seen.port, mplsTag(seen.mpls)]
        .filter((part) => part !== "")
        .join("  ");
    });
    return `${number}  ${parts.join("\n    ")}`;
  });
}

function inferredText(run: RunView, inferred: Inferred): string {
  const parts = [inferred.from, networkTag(run, inferred.from), `inferred, seen ${utc(inferred.verifiedAt)}`];
  return parts.filter((part) => part !== "").join("  ");
}

function networkTag(run: RunView, address: string): string {
  const facts = run.facts.get(address);
  if (facts?.asn) return facts.network === null ? `[AS${facts.asn}]` : `[AS${facts.asn} ${facts.network}]`;
  return facts?.special ? `[${facts.special}]` : "";
}

function mplsTag(labels: readonly { label: number }[]): string {
  return labels.length === 0 ? "" : `MPLS ${labels.map((label) => label.label).join("/")}`;
}

function mtrLines(run: RunView, hops: readonly HopSummary[]): string[] {
  const rows = hops.map((hop) => {
    const owner = ownerOf(run, hop);
    const silent = hop.answered === 0;
    const loss = silent && !hop.isDestination ? "-" : `${(lossShare(hop) * 100).toFixed(1)}%`;
    const times = [hop.last, hop.mean, hop.best, hop.worst, hop.deviation].map((value) =>
      value === null ? "-" : milliseconds(value),
    );
    const host = addressesOf(hop).join(", ") || "(no answer)";
    return [`${hop.ttl}.`, owner === null ? "-" : `AS${owner}`, host, loss, String(hop.sent), ...times];
  });
  return columns([["", "AS", "Host", "Loss", "Snt", "Last", "Avg", "Best", "Wrst", "StDev"], ...rows], 3);
}

// Text columns: the first `left` to the left, the rest to the right.
function columns(rows: readonly string[][], left: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

function pingLines(run: RunView): string[] {
  const hop = run.hops[0];
  if (hop === undefined) return [];
  const lines = pingProbes(run).map((probe) =>
    probe.answers.length === 0
      ? `${probe.probe}  no answer`
      : probe.answers
          .map((answer) => `${probe.probe}  ${answer.from}  ${answer.rttMs.toFixed(3)} ms${notes(answer)}`)
          .join("\n"),
  );
  const rtts = hop.answers.filter((answer) => !answer.late && !answer.duplicate).map((answer) => answer.rttMs);
  rtts.sort((a, b) => a - b);
  const summary = `${rtts.length} of ${hop.sent} answered`;
  if (rtts.length === 0) return [...lines, summary];
  const [least, most] = [rtts[0] as number, rtts.at(-1) as number];
  const middle = median(rtts) as number;
  return [...lines, `${summary}, min/median/max ${[least, middle, most].map((v) => v.toFixed(3)).join("/")} ms`];
}

function notes(answer: { late: boolean; duplicate: boolean }): string {
  return `${answer.late ? " (late)" : ""}${answer.duplicate ? " (duplicate)" : ""}`;
}
