// What one row of the hop table says, worked out from the answers of its hop.

import type { MplsLabel } from "../api/types";
import { isOver, type Answer, type Hop, type RunView } from "./run_view";
import { icmpMeaning, isDestinationAnswer, nothingWrong, type IcmpMeaning } from "../words/icmp";
import { median } from "../words/numbers";

export interface HopSummary {
  ttl: number;
  state: "waiting" | "answered" | "silent";
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
  const mean = rtts.length === 0 ? null : rtts.reduce((sum, value) => sum + value, 0) / rtts.length;
  return {
    ttl: hop.ttl,
    state: hop.answers.length > 0 ? "answered" : hop.givenUp.length > 0 || isOver(run) ? "silent" : "waiting",
    addresses: byAddress(hop.answers),
    sent: hop.sent,
    answered: new Set(counted.map((answer) => answer.probe)).size,
    last: rtts.at(-1) ?? null,
    best: sorted[0] ?? null,
    worst: sorted.at(-1) ?? null,
    mean,
    middle: median(sorted),
    deviation: mean === null ? null : Math.sqrt(rtts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rtts.length),
    rtts,
    isDestination: hop.answers.some(
      (answer) => answer.from === run.address || isDestinationAnswer(answer.from, answer.icmpType, answer.icmpCode),
    ),
    lossIsHarmless: false,
  };
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
    };
  });
}
