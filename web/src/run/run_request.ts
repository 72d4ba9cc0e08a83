// The form of the looking glass and its address: `/?target=…&kind=…` says the whole of it, so a link shows the same
// form to somebody else. It never starts a run by itself: packets leave when a person presses Run.

import type { Kind, Method, NewRun } from "../api/types";

// As typed: empty means "as the node thinks best".
export interface RunForm {
  target: string;
  kind: Kind;
  method: Method;
  af: "" | "4" | "6";
  port: string;
  maxTtl: string;
  attempts: string;
  gapLimit: string;
  count: string;
  intervalMs: string;
  timeoutMs: string;
  flow: string;
}

export type NumberField = "port" | "maxTtl" | "attempts" | "gapLimit" | "count" | "intervalMs" | "timeoutMs" | "flow";

// Each number of the form, its name in the API and its bounds there.
export const numberFields: Record<NumberField, { name: keyof NewRun; label: string; least: number; most: number; usual: string }> = {
  count: { name: "count", label: "Rounds or probes", least: 1, most: 100, usual: "10 rounds, 3 pings" },
  maxTtl: { name: "max_ttl", label: "Highest TTL", least: 1, most: 255, usual: "30" },
  attempts: { name: "attempts", label: "Attempts per silent hop", least: 1, most: 10, usual: "2" },
  gapLimit: { name: "gap_limit", label: "Silent hops that end it", least: 1, most: 255, usual: "5" },
  intervalMs: { name: "interval_ms", label: "Interval, ms", least: 200, most: 60_000, usual: "1000" },
  timeoutMs: { name: "timeout_ms", label: "Longest wait, ms", least: 100, most: 10_000, usual: "1000" },
  port: { name: "port", label: "UDP port", least: 1, most: 65_535, usual: "33434" },
  flow: { name: "flow", label: "Flow", least: 0, most: 65_535, usual: "0" },
};

const kinds: readonly Kind[] = ["trace", "ping", "mtr"];
const methods: readonly Method[] = ["icmp", "udp"];

export function formFromQuery(query: URLSearchParams): RunForm {
  const numbers = Object.fromEntries(
    Object.entries(numberFields).map(([field, { name }]) => [field, query.get(name) ?? ""]),
  ) as Record<NumberField, string>;
  const af = query.get("af");
  return {
    target: query.get("target") ?? "",
    kind: kinds.find((kind) => kind === query.get("kind")) ?? "trace",
    method: methods.find((method) => method === query.get("method")) ?? "icmp",
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
    af: form.af || null,
    ...(Object.fromEntries(numbers) as Record<string, string | null>),
  };
}

// What does not apply to the kind is left out, so that an old option never refuses a new run.
export function requestFromForm(form: RunForm): NewRun {
  const request: NewRun = { target: form.target.trim(), kind: form.kind, method: form.method };
  if (form.af !== "") request.af = form.af === "4" ? 4 : 6;
  for (const field of fieldsFor(form.kind, form.method)) {
    const value = form[field].trim();
    if (value !== "") Object.assign(request, { [numberFields[field].name]: Number(value) });
  }
  return request;
}

export function fieldsFor(kind: Kind, method: Method): readonly NumberField[] {
  const ofKind: Record<Kind, readonly NumberField[]> = {
    trace: ["maxTtl", "attempts", "gapLimit", "timeoutMs", "flow"],
    ping: ["count", "intervalMs", "timeoutMs"],
    mtr: ["count", "intervalMs", "maxTtl", "gapLimit", "timeoutMs", "flow"],
  };
  return method === "icmp" ? ofKind[kind] : [...ofKind[kind], "port"];
}
