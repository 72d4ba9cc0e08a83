// The form of the looking glass and its address: `/?target=…&kind=…` says the whole of it, so a link shows the same
// form to somebody else. It never starts a run by itself: packets leave when a person presses Run.

import type { Kind, Method, NewRun, ProberName } from "../api/types";
import { fits, proberNames } from "../words/probers";

// As typed: empty means "as the node thinks best".
export interface RunForm {
  target: string;
  kind: Kind;
  method: Method;
  prober: ProberName;
  multipath: boolean; // all load-balanced paths
  confidence: "" | "99"; // that no branch was missed; empty: 95 %
  mtuSearch: boolean;
  af: "" | "4" | "6";
  port: string;
  maxTtl: string;
  attempts: string;
  gapLimit: string;
  count: string;
  intervalMs: string;
  timeoutMs: string;
  flow: string;
  dscp: string;
}

export type NumberField = "port" | "maxTtl" | "attempts" | "gapLimit" | "count" | "intervalMs" | "timeoutMs" | "flow" | "dscp";

// Each number of the form, its name in the API and its bounds there.
export const numberFields: Record<NumberField, { name: keyof NewRun; label: string; least: number; most: number; usual: string }> = {
  count: { name: "count", label: "Rounds or probes", least: 1, most: 100, usual: "10 rounds, 3 pings" },
  maxTtl: { name: "max_ttl", label: "Highest TTL", least: 1, most: 255, usual: "30" },
  attempts: { name: "attempts", label: "Attempts per silent hop", least: 1, most: 10, usual: "2" },
  gapLimit: { name: "gap_limit", label: "Silent hops that end it", least: 1, most: 255, usual: "5" },
  intervalMs: { name: "interval_ms", label: "Interval, ms", least: 200, most: 60_000, usual: "1000" },
  timeoutMs: { name: "timeout_ms", label: "Longest wait, ms", least: 100, most: 10_000, usual: "1000" },
  port: { name: "port", label: "Port", least: 1, most: 65_535, usual: "33434" },
  flow: { name: "flow", label: "Flow", least: 0, most: 65_535, usual: "0" },
  dscp: { name: "dscp", label: "DSCP", least: 0, most: 63, usual: "the node's" },
};

const kinds: readonly Kind[] = ["trace", "ping", "mtr"];
const methods: readonly Method[] = ["icmp", "udp", "tcp", "tcp-ack"];
const probers = Object.keys(proberNames) as ProberName[];

export function formFromQuery(query: URLSearchParams): RunForm {
  const numbers = Object.fromEntries(
    Object.entries(numberFields).map(([field, { name }]) => [field, query.get(name) ?? ""]),
  ) as Record<NumberField, string>;
  const af = query.get("af");
  return {
    target: query.get("target") ?? "",
    kind: kinds.find((kind) => kind === query.get("kind")) ?? "trace",
    method: methods.find((method) => method === query.get("method")) ?? "icmp",
    prober: probers.find((prober) => prober === query.get("prober")) ?? "",
    multipath: query.get("multipath") === "true",
    confidence: query.get("confidence_percent") === "99" ? "99" : "",
    mtuSearch: query.get("mtu_search") === "true",
    af: af === "4" || af === "6" ? af : "",
    ...numbers,
  };
}

export function queryFromForm(form: RunForm): Record<string, string | null> {
  const numbers = Object.entries(numberFields).map(([field, { name }]) => [name, form[field as NumberField] || null]);
  return {
    target: form.target.trim() || null,
    kind: form.kind,
    method: form.method === "icmp" ? null : form.method,
    prober: form.prober || null,
    multipath: form.multipath ? "true" : null,
    confidence_percent: form.confidence || null,
    mtu_search: form.mtuSearch ? "true" : null,
    af: form.af || null,
    ...(Object.fromEntries(numbers) as Record<string, string | null>),
  };
}

// What does not apply to the kind is left out, so that an old option never refuses a new run.
export function requestFromForm(form: RunForm): NewRun {
  const request: NewRun = { target: form.target.trim(), kind: form.kind, method: form.method };
  if (form.af !== "") request.af = form.af === "4" ? 4 : 6;
  if (form.kind === "trace" && form.multipath) {
    request.multipath = true;
    if (form.confidence === "99") request.confidence_percent = 99;
  } else if (form.kind === "trace" && form.mtuSearch) {
    request.mtu_search = true;
  }
  if (form.prober !== "" && fits(form.prober, form)) request.prober = form.prober;
  for (const field of fieldsFor(form.kind, form.method)) {
    const value = form[field].trim();
    if (value !== "") Object.assign(request, { [numberFields[field].name]: Number(value) });
  }
  return request;
}

export function fieldsFor(kind: Kind, method: Method): readonly NumberField[] {
  const ofKind: Record<Kind, readonly NumberField[]> = {
    trace: ["maxTtl", "attempts", "gapLimit", "timeoutMs", "flow", "dscp"],
    ping: ["count", "intervalMs", "timeoutMs", "dscp"],
    mtr: ["count", "intervalMs", "maxTtl", "gapLimit", "timeoutMs", "flow", "dscp"],
  };
  return method === "icmp" ? ofKind[kind] : ["port", ...ofKind[kind]];
}
