// How a measurement ended, in a sentence.

import type { Kind, Status, StopReason } from "../api/types";
import { plural, rtt } from "./numbers";

export type Tone = "good" | "bad" | "unsure" | "busy";

export interface Outcome {
  kind: Kind;
  status: Status;
  stopReason: StopReason;
  hops: number;
  rttMs: number | null;
}

export function outcomeTone(status: Status): Tone {
  switch (status) {
    case "reached":
      return "good";
    case "silent":
      return "unsure";
    case "unreachable":
    case "loop":
    case "failed":
      return "bad";
  }
}

export function statusWord(status: Status): string {
  switch (status) {
    case "reached":
      return "reached";
    case "unreachable":
      return "unreachable";
    case "loop":
      return "loop";
    case "silent":
      return "silent end";
    case "failed":
      return "failed";
  }
}

// "Reached in 14 hops, 61.2 ms"
export function outcomeSentence(outcome: Outcome): string {
  if (outcome.kind === "ping") return pingSentence(outcome);
  const hops = plural(outcome.hops, "hop");
  switch (outcome.status) {
    case "reached":
      return `Reached in ${hops}${outcome.rttMs === null ? "" : `, ${rtt(outcome.rttMs)}`}`;
    case "unreachable":
      return `Not reached: ${stopWords(outcome.stopReason)}, after ${hops}`;
    case "loop":
      return `Not reached: the path goes in a circle, after ${hops}`;
    case "silent":
      return `Not reached: ${stopWords(outcome.stopReason)}, after ${hops}`;
    case "failed":
      return "The measurement failed";
  }
}

function pingSentence(outcome: Outcome): string {
  if (outcome.status === "reached") return `Answers${outcome.rttMs === null ? "" : ` in ${rtt(outcome.rttMs)}`}`;
  if (outcome.status === "failed") return "The measurement failed";
  return outcome.stopReason.startsWith("icmp_") ? `No answer: ${stopWords(outcome.stopReason)}` : "No answer";
}

export function stopWords(reason: StopReason): string {
  switch (reason) {
    case "destination":
      return "the destination answered";
    case "icmp_network_unreachable":
      return "a router says that the network is unreachable";
    case "icmp_host_unreachable":
      return "a router says that the host is unreachable";
    case "icmp_admin_prohibited":
      return "a router says that this is prohibited";
    case "icmp_other":
      return "a router refused the packets";
    case "loop":
      return "the path goes in a circle";
    case "gap_limit":
      return "silence behind the last answer";
    case "max_ttl":
      return "the highest TTL came first";
    case "error":
      return "the node could not send";
  }
}
