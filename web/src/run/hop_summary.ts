// What one row of the hop table says, worked out from the answers of its hop.

import type { HopReading, MplsLabel } from "../api/types";
import { isOver, type Answer, type Hop, type Inferred, type RunView } from "./run_view";
import { icmpMeaning, isDestinationAnswer, nothingWrong, portWords, type IcmpMeaning } from "../words/icmp";
import { mean, median } from "../words/numbers";

export interface HopSummary {
  ttl: number;
  state: "waiting" | "answered" | "silent" | "inferred";
  addresses: readonly AddressAnswers[]; // in the order in which they first answered
  sent: number;
  answered: number;
  last: number | null;
  best: number | null;
  worst: number | null;
  mean: number | null;
  middle: number | null;
  deviation: number | null;
  rtts: readonly number[];
  isDestination: boolean;
  inferred: Inferred | null; // where nothing was asked and nothing answered
  reading: HopReading | null; // the node's, once the mtr is stored
  // Missing answers that later hops do not miss: the router spares its answers, the path loses nothing.
  lossIsHarmless: boolean;
}

export interface AddressAnswers {
  address: string;
  rtts: readonly number[]; // of the answers that count
  late: number;
  duplicates: number;
  mpls: readonly MplsLabel[];
  meaning: IcmpMeaning;
  port: ReturnType<typeof portWords>;
}

export function lossShare(summary: { sent: number; answered: number }): number {
  return summary.sent === 0 ? 0 : 1 - summary.answered / summary.sent;
}

// The hops to show: nothing behind the first TTL at which the destination itself answered.
export function summarize(run: RunView): HopSummary[] {
  const shown: HopSummary[] = [];
  for (const hop of run.hops) {
    const summary = summarizeHop(hop, run);
    shown.push(summary);
    if (summary.isDestination && run.kind !== "ping") break;
  }
  let leastLater = Number.POSITIVE_INFINITY;
  for (const summary of shown.reverse()) {
    const loss = lossShare(summary);
    summary.lossIsHarmless = loss > leastLater;
    if (summary.state === "answered") leastLater = Math.min(leastLater, loss);
  }
  return shown.reverse();
}

function summarizeHop(hop: Hop, run: RunView): HopSummary {
  const counted = hop.answers.filter(counts);
  const rtts = counted.map((answer) => answer.rttMs);
  const sorted = [...rtts].sort((a, b) => a - b);
  const average = mean(rtts);
  return {
    ttl: hop.ttl,
    state: stateOf(hop, run),
    addresses: byAddress(hop.answers),
    sent: hop.sent,
    answered: new Set(counted.map((answer) => answer.probe)).size,
    last: rtts.at(-1) ?? null,
    best: sorted[0] ?? null,
    worst: sorted.at(-1) ?? null,
    mean: average,
    middle: median(sorted),
    deviation: average === null ? null : Math.sqrt(rtts.reduce((sum, value) => sum + (value - average) ** 2, 0) / rtts.length),
    rtts,
    isDestination: hop.answers.some(
      (answer) => answer.from === run.address || isDestinationAnswer(answer.from, answer.icmpType, answer.icmpCode),
    ),
    inferred: hop.answers.length > 0 ? null : hop.inferred,
    reading: hop.reading,
    lossIsHarmless: false,
  };
}

function stateOf(hop: Hop, run: RunView): HopSummary["state"] {
  if (hop.answers.length > 0) return "answered";
  if (hop.inferred !== null) return "inferred";
  return hop.givenUp.length > 0 || isOver(run) ? "silent" : "waiting";
}

// The addresses that stand at a hop, whether they answered there or were joined from another trace.
export function addressesOf(hop: HopSummary): readonly string[] {
  return hop.inferred === null ? hop.addresses.map((seen) => seen.address) : [hop.inferred.from];
}

export function counts(answer: Answer): boolean {
  return !answer.late && !answer.duplicate;
}

function byAddress(answers: readonly Answer[]): AddressAnswers[] {
  const addresses = [...new Set(answers.map((answer) => answer.from))];
  return addresses.map((address) => {
    const own = answers.filter((answer) => answer.from === address);
    const meanings = own.map((answer) => icmpMeaning(address, answer.icmpType, answer.icmpCode));
    return {
      address,
      rtts: own.filter(counts).map((answer) => answer.rttMs),
      late: own.filter((answer) => answer.late).length,
      duplicates: own.filter((answer) => answer.duplicate).length,
      mpls: own.findLast((answer) => answer.mpls.length > 0)?.mpls ?? [],
      meaning: meanings.find((meaning) => meaning.mark !== "") ?? nothingWrong,
      port: own.map((answer) => portWords(answer.tcpFlags)).find((words) => words !== "") ?? "",
    };
  });
}
