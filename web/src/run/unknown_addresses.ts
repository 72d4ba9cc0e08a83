// The addresses of a run of whose networks nothing is known yet, each once.

import type { RunView } from "./run_view";

export function unknownAddresses(run: RunView): string[] {
  const drawn = run.graph?.interfaces.map(({ address }) => address) ?? [];
  const joined = run.hops.map((hop) => hop.inferred?.from ?? null);
  const addresses = [...drawn, ...joined].filter((address) => address !== null && !run.facts.has(address));
  return [...new Set(addresses)] as string[];
}
