// The rules that let an address be probed or not, and what holds a measurement up, in words.

import type { Why } from "../api/types";

const policies: Record<Why["policy"]["rule"], string> = {
  ordinary: "no rule speaks against it",
  allowed: "a rule of this node allows it",
  opted_out: "its owner has opted out",
  opted_out_network: "its network has opted out",
  excluded: "this node excludes it",
  special_use: "it is special-use space",
};

// A rule of a newer node is shown by its name.
export function policyWords(rule: string): string {
  return Object.hasOwn(policies, rule) ? policies[rule as keyof typeof policies] : rule.replaceAll("_", " ");
}

export function delayWords(delay: Why["timing"]["delay"]): string {
  switch (delay) {
    case "none":
      return "Nothing holds it up now";
    case "spacing":
      return "It was measured a moment ago";
    case "target_backoff":
      return "It has not answered and is left alone for a while";
    case "network_backoff":
      return "Its network has not answered and is left alone for a while";
  }
}
