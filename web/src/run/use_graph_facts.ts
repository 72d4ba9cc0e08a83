// The networks of the interfaces that stand in the graph of a stored run alone: its hops name only those of the first
// flow. The node looks them up in its own table, one after the other, and not without end.

import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client";
import type { Lookup, PathGraph } from "../api/types";
import { unknownAddresses } from "./path_graph";
import type { AddressFacts, RunView } from "./run_view";

const mostAsked = 200;

export function useGraphFacts(run: RunView, graph: PathGraph): ReadonlyMap<string, AddressFacts> {
  const [found, setFound] = useState<ReadonlyMap<string, AddressFacts>>(new Map());
  useEffect(() => {
    const stop = new AbortController();
    void ask(unknownAddresses(graph, run.facts).slice(0, mostAsked), stop.signal).then((facts) => {
      if (!stop.signal.aborted && facts.size > 0) setFound(facts);
    });
    return () => stop.abort();
  }, [graph]);
  return found;
}

async function ask(addresses: readonly string[], signal: AbortSignal): Promise<Map<string, AddressFacts>> {
  const facts = new Map<string, AddressFacts>();
  for (const address of addresses) {
    const answer = await get<Lookup>(`/lookup/${encodeURIComponent(address)}`, signal);
    if (answer.value === undefined) break;
    facts.set(address, factsOf(answer.value));
  }
  return facts;
}

function factsOf(lookup: Lookup): AddressFacts {
  return {
    asn: lookup.asn,
    network: lookup.org_name ?? lookup.as_name,
    countryCode: lookup.country_code,
    prefix: lookup.prefix,
    ixp: lookup.ixp,
    special: lookup.special,
    hostName: null,
    rule: null,
  };
}
