// A list of measurements: when, of what, how it ended, through which networks. Each links to the whole of it.

import type { MeasurementSummary } from "../api/types";
import { listedStretches } from "../run/as_path";
import { rtt } from "../words/numbers";
import { outcomeTone, statusWord, stopWords } from "../words/outcome";
import { AsPathLine } from "./as_path_strip";
import { TimeAgo } from "./time_ago";

interface MeasurementRowsProps {
  items: readonly MeasurementSummary[];
  showTarget?: boolean;
  changed?: ReadonlySet<string>; // ids of those that took another path than the one before
}

export function MeasurementRows({ items, showTarget = false, changed }: MeasurementRowsProps) {
  return (
    <div class="card table-card">
      <table class="list measurement-list" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">When</th>
            {showTarget && <th role="columnheader" scope="col">Target</th>}
            <th role="columnheader" scope="col">Kind</th>
            <th role="columnheader" scope="col">Outcome</th>
            <th role="columnheader" scope="col" class="right">RTT</th>
            <th role="columnheader" scope="col" class="right">Hops</th>
            <th role="columnheader" scope="col">Networks</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {items.map((item) => (
            <tr role="row" key={item.id}>
              <td role="cell" class="l-when">
                <a href={`/measurements/${item.id}`}>
                  <TimeAgo at={item.finished_at} />
                </a>
              </td>
              {showTarget && (
                <td role="cell" class="l-target">
                  <span class="address">{item.target}</span>
                </td>
              )}
              <td role="cell" class="l-kind">
                <span class="kind">{item.kind}</span>
              </td>
              <td role="cell" class="l-outcome">
                <StatusWord status={item.status} stopReason={item.stop_reason} />
              </td>
              <td role="cell" class="right number l-rtt">{rtt(item.rtt_ms)}</td>
              <td role="cell" class="right number l-hops">
                {item.kind === "ping" ? "–" : item.hop_count}
                {item.kind !== "ping" && <span class="phone-only"> {item.hop_count === 1 ? "hop" : "hops"}</span>}
              </td>
              <td role="cell" class="l-path">
                {item.kind === "ping" ? <span class="quiet">not traced</span> : <AsPathLine path={listedStretches(item.as_path)} />}
                {changed?.has(item.id) && <span class="mark path-changed">other hops than before</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function StatusWord(props: Pick<MeasurementSummary, "status"> & { stopReason: MeasurementSummary["stop_reason"] }) {
  return (
    <span class={`status tone-${outcomeTone(props.status)}`} title={stopWords(props.stopReason)}>
      {statusWord(props.status)}
    </span>
  );
}
