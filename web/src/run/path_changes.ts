// Which measurements of one target took another path than the one of their kind before. Silence in the middle makes
// another hash, too; whether a change matters is for the node's findings to say.

import type { MeasurementSummary } from "../api/types";

export function pathChanges(items: readonly MeasurementSummary[]): ReadonlySet<string> {
  const changed = new Set<string>();
  const lastHash = new Map<string, string>();
  for (const item of [...items].sort((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at))) {
    if (item.path_hash === null) continue;
    const before = lastHash.get(item.kind);
    if (before !== undefined && before !== item.path_hash) changed.add(item.id);
    lastHash.set(item.kind, item.path_hash);
  }
  return changed;
}
