// Which targets a word in the filter box finds: every word must be somewhere in what the row shows.

import type { Target } from "../api/types";
import { isPlain, saidMeasured } from "./measured_how";

export function matchesFilter(target: Target, filter: string): boolean {
  const text = shownText(target).toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function shownText(target: Target): string {
  const path = target.last_measurement?.as_path.map((element) => `as${element.asn} ${element.name}`) ?? [];
  const status = target.state === "paused" ? "paused" : (target.last_measurement?.status ?? "waiting");
  const own = target.asn === null ? "" : `as${target.asn} ${target.as_name ?? ""}`;
  const how = isPlain(target) ? "" : saidMeasured(target);
  return [target.name, target.address, own, status, how, ...target.labels, ...path].join(" ");
}
