// The probes of a ping in the order in which they left, each with what came back.

import type { Answer, RunView } from "./run_view";

export interface PingProbe {
  probe: number;
  answers: readonly Answer[];
}

export function pingProbes(run: RunView): PingProbe[] {
  const probes = new Map<number, PingProbe>();
  const at = (probe: number) => {
    const known = probes.get(probe) ?? { probe, answers: [] };
    probes.set(probe, known);
    return known;
  };
  for (const hop of run.hops) {
    for (const probe of hop.givenUp) at(probe);
    for (const answer of hop.answers) {
      const known = at(answer.probe);
      known.answers = [...known.answers, answer];
    }
  }
  return [...probes.values()].sort((a, b) => a.probe - b.probe);
}
