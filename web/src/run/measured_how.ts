// How a target is measured by the schedule: in words, as a form, and as the API wants it.

import type { Kind, Method, ProberName, Target } from "../api/types";
import { fits, methodNames, proberNames } from "../words/probers";

export interface MeasuredHow {
  kind: Kind;
  prober: ProberName;
  method: Method;
  port: string; // as typed; empty for the method's own
  multipath: boolean;
  mtuSearch: boolean;
}

export const plainTrace: MeasuredHow = { kind: "trace", prober: "", method: "icmp", port: "", multipath: false, mtuSearch: false };

// The fields whose problems the form shows itself.
export const measuredFields: readonly string[] = ["/kind", "/prober", "/method", "/port"];

type Measured = Pick<Target, "kind" | "prober" | "method" | "port" | "multipath" | "mtu_search">;

export function measuredOf(target: Measured): MeasuredHow {
  const prober = Object.keys(proberNames).find((name) => name === target.prober) as ProberName | undefined;
  return {
    kind: target.kind,
    prober: prober ?? "",
    method: target.method,
    port: target.port === null ? "" : String(target.port),
    multipath: target.multipath,
    mtuSearch: target.mtu_search,
  };
}

// All of it, so that what no longer applies is taken back. A method without a port takes its own.
export function measuredRequest(how: MeasuredHow): Record<string, unknown> {
  const traced = how.kind === "trace";
  const request: Record<string, unknown> = {
    kind: how.kind,
    prober: fits(how.prober, how) ? how.prober : "",
    method: how.method,
    multipath: traced && how.multipath,
    mtu_search: traced && how.mtuSearch && !how.multipath,
  };
  if (how.method !== "icmp" && how.port.trim() !== "") request["port"] = Number(how.port);
  return request;
}

export function isPlain(target: Measured): boolean {
  return saidMeasured(target) === saidMeasured(plainTrace);
}

// "trace, UDP port 53, by scamper, all load-balanced paths"
export function saidMeasured(how: MeasuredHow | Measured): string {
  const { kind, prober, method, port, multipath, mtuSearch } = "mtuSearch" in how ? how : measuredOf(how);
  const said = [kind, port === "" || method === "icmp" ? methodNames[method] : `${methodNames[method]} port ${port}`];
  if (prober !== "") said.push(`by ${proberNames[prober]}`);
  if (kind === "trace" && multipath) said.push("all load-balanced paths");
  if (kind === "trace" && mtuSearch) said.push("path MTU");
  return said.join(", ");
}
