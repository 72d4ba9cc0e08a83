// Who can send the probes, and what each is able to: only what fits is offered. Which of them a node uses, its
// setting worker.probers says; it refuses the others with a sentence.

import type { Kind, Method, ProberName } from "../api/types";

export const proberNames: Record<ProberName, string> = {
  "": "The node's own order",
  native: "Native",
  scamper: "scamper",
  mtr: "mtr",
  traceroute: "traceroute",
  ping: "ping",
  nping: "nping",
};

export interface Wanted {
  kind: Kind;
  method: Method;
  multipath: boolean;
  mtuSearch: boolean;
}

export function probersFor(wanted: Wanted): ProberName[] {
  return (Object.keys(proberNames) as ProberName[]).filter((name) => fits(name, wanted));
}

export function fits(name: ProberName, { kind, method, multipath, mtuSearch }: Wanted): boolean {
  switch (name) {
    case "":
    case "native":
      return true;
    case "scamper":
      return kind !== "mtr" && !(kind === "trace" && mtuSearch);
    case "mtr":
      return kind !== "ping" && method !== "tcp-ack" && !(kind === "trace" && (multipath || mtuSearch));
    case "traceroute":
      return kind === "trace" && method !== "tcp-ack" && !multipath && !mtuSearch;
    case "ping":
      return kind === "ping" && method === "icmp";
    case "nping":
      return kind === "ping";
  }
}

export const kindNames: Record<Kind, string> = { trace: "Trace", ping: "Ping", mtr: "MTR" };

export const methodNames: Record<Method, string> = { icmp: "ICMP", udp: "UDP", tcp: "TCP", "tcp-ack": "TCP ACK" };
