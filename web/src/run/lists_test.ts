import { expect, test } from "vitest";
import type { MeasurementSummary, Target } from "../api/types";
import { pathChanges } from "./path_changes";
import { matchesFilter } from "./target_filter";

function measured(id: string, minute: number, hash: string | null, kind: "trace" | "ping" = "trace") {
  const at = `2026-11-22T10:${String(minute).padStart(2, "0")}:00Z`;
  return { id, kind, started_at: at, path_hash: hash } as MeasurementSummary;
}

test("a measurement that took another path than the one before it is marked, in any order of the list", () => {
  const items = [measured("d", 4, "a"), measured("c", 3, "b"), measured("p", 2, null, "ping"), measured("b", 1, "a"), measured("a", 0, "a")];
  expect([...pathChanges(items)].sort()).toEqual(["c", "d"]);
});

const target = {
  name: "www.example.net",
  address: "192.0.2.7",
  asn: 64500,
  as_name: "EXAMPLE-NET",
  labels: ["web"],
  state: "active",
  last_measurement: { status: "reached", as_path: [{ asn: 64496, name: "Hillside Fibre", gap: 1 }] },
} as unknown as Target;

test.each(["", "example", "192.0.2", "AS64496", "hillside", "web reached", "EXAMPLE-net"])("the filter %j finds the target", (filter) => {
  expect(matchesFilter(target, filter)).toBe(true);
});

test.each(["nowhere", "web unreachable", "AS64497"])("the filter %j does not", (filter) => {
  expect(matchesFilter(target, filter)).toBe(false);
});
