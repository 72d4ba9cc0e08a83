// The networks that a run crossed, as stretches of its hops. Whose a hop is, the node says (its ownership rules);
// here neighbouring hops of one network are only drawn together. A gap is a stretch of its own: no link is drawn
// across it, unless the same network lies on both sides.

import type { AsPathElement } from "../api/types";
import { addressesOf, type HopSummary } from "./hop_summary";
import { isOver, type RunView } from "./run_view";

export interface Stretch {
  asn: number | null; // null: a gap
  name: string | null;
  firstTtl: number;
  lastTtl: number;
  hops: number;
  best: number | null; // lowest RTT within it
  why: readonly string[]; // of a gap
}

export function stretches(run: RunView, hops: readonly HopSummary[]): Stretch[] {
  const found: Stretch[] = [];
  for (const hop of isOver(run) ? hops : withoutSilentEnd(hops)) {
    const next = stretchOf(run, hop);
    const last = found.at(-1);
    const before = found.at(-2);
    if (last !== undefined && last.asn === next.asn) {
      found.splice(-1, 1, joined(last, next));
    } else if (next.asn !== null && last?.asn === null && before?.asn === next.asn) {
      found.splice(-2, 2, joined(joined(before, last), next));
    } else {
      found.push(next);
    }
  }
  return found;
}

// What a live run has not heard of yet is no gap so far.
function withoutSilentEnd(hops: readonly HopSummary[]): readonly HopSummary[] {
  return hops.slice(0, hops.findLastIndex((hop) => hop.state === "answered") + 1);
}

function stretchOf(run: RunView, hop: HopSummary): Stretch {
  const asn = ownerOf(run, hop);
  return {
    asn,
    name: asn === null ? null : networkName(run, asn),
    firstTtl: hop.ttl,
    lastTtl: hop.ttl,
    hops: 1,
    best: hop.best,
    why: asn === null ? [gapReason(run, hop)] : [],
  };
}

function joined(first: Stretch, second: Stretch): Stretch {
  const rtts = [first.best, second.best].filter((value) => value !== null);
  return {
    ...first,
    lastTtl: second.lastTtl,
    hops: first.hops + second.hops,
    best: rtts.length === 0 ? null : Math.min(...rtts),
    why: first.asn === null ? [...new Set([...first.why, ...second.why])] : [],
  };
}

// The network of a hop; none where its addresses disagree.
export function ownerOf(run: RunView, hop: HopSummary): number | null {
  const owners = new Set<number>();
  for (const address of addressesOf(hop)) {
    const asn = run.facts.get(address)?.asn;
    if (asn !== null && asn !== undefined) owners.add(asn);
  }
  const [owner] = owners;
  return owners.size === 1 ? (owner ?? null) : null;
}

function networkName(run: RunView, asn: number): string | null {
  for (const facts of run.facts.values()) if (facts.asn === asn && facts.network !== null) return facts.network;
  return null;
}

export function gapReason(run: RunView, hop: HopSummary): string {
  if (hop.state === "silent" || hop.state === "waiting") return hop.state === "silent" ? "no answer" : "waiting";
  const facts = addressesOf(hop).map((address) => run.facts.get(address));
  const first = facts.find((fact) => fact !== undefined);
  if (first === undefined) return "being looked up";
  const exchange = facts.find((fact) => fact?.ixp)?.ixp;
  if (exchange) return exchange;
  const special = facts.find((fact) => fact?.special)?.special;
  if (special) return special;
  return facts.some((fact) => fact?.asn) ? "several networks" : "no known origin";
}

// The same, from what the node says of a whole path in a list, where no hops are named.
export function listedStretches(path: readonly AsPathElement[]): Stretch[] {
  return path.flatMap((element) => {
    const own = { asn: element.asn, name: element.name || null, firstTtl: 0, lastTtl: 0, hops: 0, best: null, why: [] as string[] };
    return element.gap === 0 ? [own] : [{ ...own, asn: null, name: null, hops: element.gap, why: ["not known"] }, own];
  });
}
