// The RTTs of the measurements of one target over time, oldest to the left; those that did not reach it are marked
// below the ground line. The list beneath it is its table twin.

import type { MeasurementSummary } from "../api/types";
import { milliseconds, plural, scaleEnd } from "../words/numbers";
import { ClockTime } from "./time_ago";

const width = 1000;
const height = 140;
const ground = 112;

export function RttPlot({ items, changed }: { items: readonly MeasurementSummary[]; changed: ReadonlySet<string> }) {
  const inOrder = [...items].sort((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at));
  const first = inOrder[0];
  const last = inOrder.at(-1);
  if (first === undefined || last === undefined) return null;
  const [from, to] = [Date.parse(first.started_at), Date.parse(last.started_at)];
  const end = scaleEnd(Math.max(0, ...inOrder.map((item) => item.rtt_ms ?? 0)));
  const x = (item: MeasurementSummary) => (((Date.parse(item.started_at) - from) / Math.max(1, to - from)) * (width - 12) + 6);
  const y = (value: number) => ground - (value / end) * (ground - 8);
  const missed = inOrder.filter((item) => item.rtt_ms === null);
  return (
    <figure class="card plot">
      <figcaption>
        <strong>Round-trip time</strong>
        <span class="quiet">
          {plural(inOrder.length, "measurement")}
          {missed.length > 0 && `, ${missed.length} without an answer (crosses)`}
          {changed.size > 0 && `, ${plural(changed.size, "change")} of path (dashed)`}
        </span>
      </figcaption>
      <div class="plot-body">
        <span class="plot-scale" aria-hidden="true">
          <span>{milliseconds(end).replace(/\.0+$/, "")} ms</span>
          <span>0</span>
        </span>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
          <line class="plot-grid" x1="0" x2={width} y1={y(end)} y2={y(end)} />
          <line class="plot-grid" x1="0" x2={width} y1={y(end / 2)} y2={y(end / 2)} />
          <line class="plot-ground" x1="0" x2={width} y1={ground} y2={ground} />
          {inOrder.map((item) => changed.has(item.id) && <line key={item.id} class="plot-change" x1={x(item)} x2={x(item)} y1="0" y2={height} />)}
          {inOrder.map((item) =>
            item.rtt_ms === null ? (
              <path key={item.id} class="plot-missed" d={`M${x(item) - 4} ${ground + 9}l8 12m0 -12l-8 12`} />
            ) : (
              <line key={item.id} class="plot-stem" x1={x(item)} x2={x(item)} y1={ground} y2={y(item.rtt_ms)} />
            ),
          )}
          <polyline
            class="plot-line"
            points={inOrder.filter((item) => item.rtt_ms !== null).map((item) => `${x(item)},${y(item.rtt_ms ?? 0)}`).join(" ")}
          />
        </svg>
      </div>
      <div class="plot-ends quiet" aria-hidden="true">
        <ClockTime at={first.started_at} />
        <ClockTime at={last.started_at} />
      </div>
    </figure>
  );
}
