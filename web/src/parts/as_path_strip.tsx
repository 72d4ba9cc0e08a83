// The networks of a path as a line of stations. A solid line joins networks seen at consecutive TTLs; a dashed box
// is a gap, with its reason: nothing is claimed across it.

import type { Stretch } from "../run/as_path";
import { plural, rtt } from "../words/numbers";
import { AsBadge, hueStyle } from "./as_badge";

// So many stations share one line by giving way; more of them wrap.
const mostInOneLine = 8;

interface AsPathStripProps {
  from: string;
  path: readonly Stretch[];
  forming: boolean;
  arrived: { rttMs: number | null } | null;
}

export function AsPathStrip(props: AsPathStripProps) {
  const short = props.path.length <= mostInOneLine;
  return (
    <ol class={short ? "path path-short" : "path"} aria-label="Networks on the path" tabIndex={0}>
      <li class="path-end">
        <span class="path-box">
          <strong>{props.from}</strong>
          <small>this node</small>
        </span>
      </li>
      {props.path.map((stretch) => (
        <li key={`${stretch.firstTtl}-${stretch.asn}`} class={stretch.asn === null ? "path-gap" : "path-network"}>
          <StretchBox stretch={stretch} />
        </li>
      ))}
      {props.forming && (
        <li class="path-forming">
          <span class="path-box">
            <span class="dots" aria-hidden="true" />
            <small>listening</small>
          </span>
        </li>
      )}
      {props.arrived !== null && (
        <li class="path-end path-arrived">
          <span class="path-box">
            <strong>arrived</strong>
            <small>{rtt(props.arrived.rttMs)}</small>
          </span>
        </li>
      )}
    </ol>
  );
}

function StretchBox({ stretch }: { stretch: Stretch }) {
  const where = stretch.firstTtl === stretch.lastTtl ? `hop ${stretch.firstTtl}` : `hops ${stretch.firstTtl}–${stretch.lastTtl}`;
  if (stretch.asn === null) {
    return (
      <span class="path-box">
        <span title={stretch.why.join(", ")}>{stretch.why.join(", ")}</span>
        <small>{where}</small>
      </span>
    );
  }
  return (
    <span class="path-box" style={hueStyle(stretch.asn)} title={`AS${stretch.asn} ${stretch.name ?? ""}`}>
      <strong>AS{stretch.asn}</strong>
      {stretch.name !== null && <span class="path-name">{stretch.name}</span>}
      <small>
        {where}
        {stretch.best !== null && ` · ${rtt(stretch.best)}`}
      </small>
    </span>
  );
}

// One line for lists: badges and gaps only.
export function AsPathLine({ path }: { path: readonly Stretch[] }) {
  if (path.length === 0) return <span class="quiet">no network known</span>;
  return (
    <ol class="path-line" aria-label="Networks on the last path">
      {path.map((stretch, index) => (
        <li key={index}>
          {stretch.asn === null ? (
            <span class="path-line-gap" title={`${plural(stretch.hops, "hop")} of no known network`}>
              ···<span class="off-screen">gap of {plural(stretch.hops, "hop")}</span>
            </span>
          ) : (
            <AsBadge asn={stretch.asn} name={stretch.name} />
          )}
        </li>
      ))}
    </ol>
  );
}
