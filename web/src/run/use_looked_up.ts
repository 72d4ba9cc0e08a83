// A run with the networks of the addresses that its stored rows do not name: interfaces of its graph beside the first
// flow, and joined hops. The node looks them up in its own table, one after the other, and not without end.

import { useEffect, useMemo, useState } from "preact/hooks";
import { get } from "../api/client";
import type { Lookup } from "../api/types";
import { isOver, type AddressFacts, type RunView } from "./run_view";
import { unknownAddresses } from "./unknown_addresses";

const mostAsked = 200;

export function useLookedUp(run: RunView): RunView {
  const [found, setFound] = useState<ReadonlyMap<string, AddressFacts>>(new Map());
  const asked = isOver(run) ? unknownAddresses(run).slice(0, mostAsked).join(" ") : "";
  useEffect(() => {
    if (asked === "") return;
    const stop = new AbortController();
    void ask(asked.split(" "), stop.signal).then((facts) => {
      if (!stop.signal.aborted) setFound(facts);
    });
    return () => stop.abort();
  }, [asked]);
  return useMemo(() => (found.size === 0 ? run : { ...run, facts: new Map([...found, ...run.facts]) }), [run, found]);
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
