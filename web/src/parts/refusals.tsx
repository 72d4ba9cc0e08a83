// What was asked for and not probed.

import type { Refusal } from "../api/types";
import { policyWords } from "../words/why";
import { plural } from "../words/numbers";
import { TimeAgo } from "./time_ago";

export function RefusalRows({ items }: { items: readonly Refusal[] }) {
  return (
    <ul class="why-list">
      {items.map((item) => (
        <li key={`${item.address} ${item.reason}`}>
          <strong class="address">{item.address}</strong> {policyWords(item.reason)} ·{" "}
          {plural(item.count, "time")}, last <TimeAgo at={item.last_at} />, asked by {item.source}
          <span class="quiet why-detail">{item.detail}</span>
        </li>
      ))}
    </ul>
  );
}
