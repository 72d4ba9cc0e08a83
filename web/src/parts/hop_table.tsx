// The hops of a run, one row for each address that answered at a TTL, beside a line in the colours of the networks.
// A router that does not answer is "no answer": that is its choice, no loss of the path.

import { gapReason, ownerOf } from "../run/as_path";
import { lossShare, type AddressAnswers, type HopSummary } from "../run/hop_summary";
import type { Inferred, RunView } from "../run/run_view";
import { mean, rtt, scaleEnd } from "../words/numbers";
import { readingWords } from "../words/reading";
import { AsBadge, hueStyle, NoNetwork } from "./as_badge";
import { PortMark } from "./port_mark";
import { SmokeScale, SmokeStrip } from "./smoke_strip";
import { TimeAgo } from "./time_ago";

export function HopTable({ run, hops }: { run: RunView; hops: readonly HopSummary[] }) {
  const end = scaleEnd(Math.max(0, ...hops.flatMap((hop) => hop.rtts)));
  const rounds = run.kind === "mtr";
  return (
    <table class={rounds ? "hops hops-mtr" : "hops"} role="table">
      <caption class="off-screen">Hops on the way to {run.target}</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col" class="c-rail">
            <span class="off-screen">Line</span>
          </th>
          <th role="columnheader" scope="col" class="c-ttl">Hop</th>
          <th role="columnheader" scope="col" class="c-host">Address</th>
          <th role="columnheader" scope="col" class="c-net">Network</th>
          <th role="columnheader" scope="col" class="c-strip">
            <span class="off-screen">Round-trip times on a scale</span>
            <SmokeScale end={end} />
          </th>
          <th role="columnheader" scope="col" class="c-rtt">{rounds ? "Last" : "RTT"}</th>
          {rounds && (
            <>
              <th role="columnheader" scope="col" class="c-rtt c-more">Avg</th>
              <th role="columnheader" scope="col" class="c-rtt c-more">Best</th>
              <th role="columnheader" scope="col" class="c-rtt c-more">Worst</th>
            </>
          )}
          <th role="columnheader" scope="col" class="c-answers">Answers</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {hops.flatMap((hop, index) => {
          const place = { first: index === 0, last: index === hops.length - 1 };
          const rows: (AddressAnswers | null)[] = hop.addresses.length === 0 ? [null] : [...hop.addresses];
          return rows.map((seen, nth) => (
            <HopRow
              key={`${hop.ttl} ${seen?.address ?? ""}`}
              run={run}
              hop={hop}
              seen={seen}
              nth={nth}
              first={place.first && nth === 0}
              last={place.last && nth === rows.length - 1}
              end={end}
            />
          ));
        })}
      </tbody>
    </table>
  );
}

interface HopRowProps {
  run: RunView;
  hop: HopSummary;
  seen: AddressAnswers | null;
  nth: number; // of the addresses of its hop
  first: boolean;
  last: boolean;
  end: number;
}

function HopRow({ run, hop, seen, nth, first, last, end }: HopRowProps) {
  const rounds = run.kind === "mtr";
  const owner = ownerOf(run, hop);
  const rtts = seen?.rtts ?? [];
  return (
    <tr role="row" class={rowClass(hop, owner, nth, first, last)} style={owner === null ? {} : hueStyle(owner)}>
      <td role="cell" class="c-rail">
        <span class="stop" aria-hidden="true" />
      </td>
      <td role="cell" class="c-ttl">{nth === 0 ? hop.ttl : <span class="off-screen">{hop.ttl}, too</span>}</td>
      <td role="cell" class="c-host">
        <Host run={run} hop={hop} seen={seen} />
      </td>
      <td role="cell" class="c-net">
        <Network run={run} hop={hop} seen={seen} />
      </td>
      <td role="cell" class="c-strip">{hop.state === "answered" && <SmokeStrip rtts={rtts} end={end} />}</td>
      <td role="cell" class="c-rtt">{shownRtt((rounds ? rtts.at(-1) : rtts[0]) ?? null)}</td>
      {rounds && (
        <>
          <td role="cell" class="c-rtt c-more">{shownRtt(mean(rtts))}</td>
          <td role="cell" class="c-rtt c-more">{shownRtt(rtts.length === 0 ? null : Math.min(...rtts))}</td>
          <td role="cell" class="c-rtt c-more">{shownRtt(rtts.length === 0 ? null : Math.max(...rtts))}</td>
        </>
      )}
      <td role="cell" class="c-answers">{nth === 0 ? <Answers hop={hop} rounds={rounds} /> : <Share hop={hop} seen={seen} />}</td>
    </tr>
  );
}

function shownRtt(value: number | null) {
  return value === null ? <span class="quiet">–</span> : <span class="number">{rtt(value)}</span>;
}

function rowClass(hop: HopSummary, owner: number | null, nth: number, first: boolean, last: boolean): string {
  const refused = hop.addresses.some((seen) => seen.meaning.mark !== "");
  return [
    `hop is-${hop.state}`,
    owner === null ? "no-owner" : "owned",
    nth > 0 ? "same-hop" : "",
    first ? "first" : "",
    last ? "last" : "",
    hop.isDestination ? "destination" : refused ? "refused" : "",
  ].join(" ");
}

function Host({ run, hop, seen }: { run: RunView; hop: HopSummary; seen: AddressAnswers | null }) {
  if (hop.inferred !== null) return <InferredHost run={run} inferred={hop.inferred} />;
  if (seen === null) {
    return <span class="quiet">{hop.state === "silent" ? "no answer" : "waiting …"}</span>;
  }
  const facts = run.facts.get(seen.address);
  const name = facts?.hostName;
  return (
    <>
      <span class="address" title={facts?.prefix ? `in ${facts.prefix}` : ""}>
        {seen.address}
      </span>
      {name && <span class="host-name">{name}</span>}
      <Marks hop={hop} seen={seen} />
    </>
  );
}

// Not measured here: who answered there in another trace, and when. It has no RTT.
function InferredHost({ run, inferred }: { run: RunView; inferred: Inferred }) {
  const facts = run.facts.get(inferred.from);
  return (
    <>
      <span class="address" title={facts?.prefix ? `in ${facts.prefix}` : ""}>
        {inferred.from}
      </span>
      <span class="mark mark-inferred" title="Not asked in this trace: another one saw it there">
        inferred, seen <TimeAgo at={inferred.verifiedAt} />
      </span>
    </>
  );
}

function Marks({ hop, seen }: { hop: HopSummary; seen: AddressAnswers }) {
  return (
    <>
      {hop.isDestination && seen.meaning.mark === "" && <span class="mark mark-good">destination</span>}
      {seen.meaning.mark !== "" && (
        <span class="mark mark-bad">
          <b>{seen.meaning.mark}</b> {seen.meaning.words}
        </span>
      )}
      <PortMark words={seen.port} />
      {seen.mpls.length > 0 && (
        <span class="mark" title={seen.mpls.map((label) => `label ${label.label}, class ${label.tc}, TTL ${label.ttl}`).join("; ")}>
          MPLS {seen.mpls.map((label) => label.label).join(" / ")}
        </span>
      )}
      {seen.late > 0 && <span class="mark">{seen.late === 1 ? "late answer" : `${seen.late} late answers`}</span>}
      {seen.duplicates > 0 && <span class="mark">{seen.duplicates === 1 ? "duplicate" : `${seen.duplicates} duplicates`}</span>}
    </>
  );
}

function Network({ run, hop, seen }: { run: RunView; hop: HopSummary; seen: AddressAnswers | null }) {
  const address = hop.inferred?.from ?? seen?.address;
  if (address === undefined) return null;
  const facts = run.facts.get(address);
  if (facts?.asn) {
    return (
      <span class="network">
        <AsBadge asn={facts.asn} name={facts.network} />
        <span class="network-name" title={facts.network ?? ""}>
          {facts.network}
        </span>
        {facts.ixp && <span class="mark">{facts.ixp}</span>}
        {facts.rule === "same_as_fill" && (
          <span class="mark" title="Its own address has no known origin; the hops around it have this one">
            by its neighbours
          </span>
        )}
      </span>
    );
  }
  return <NoNetwork>{gapReason(run, seen === null ? hop : { ...hop, addresses: [seen] })}</NoNetwork>;
}

function Answers({ hop, rounds }: { hop: HopSummary; rounds: boolean }) {
  if (hop.state !== "answered") return <span class="quiet">–</span>;
  const loss = lossShare(hop);
  return (
    <>
      <span class="number">
        {hop.answered} of {hop.sent}
      </span>
      {rounds && loss > 0 && <Loss hop={hop} loss={loss} />}
    </>
  );
}

// What a live run cannot know yet, the node says once it is over: where loss begins, and where it only looks so.
function Loss({ hop, loss }: { hop: HopSummary; loss: number }) {
  const reading = hop.reading ?? (hop.lossIsHarmless ? "rate_limited" : null);
  const said = reading === null || reading === "ok" ? null : readingWords(reading);
  return (
    <>
      {said?.tone !== "quiet" && <span class={reading === "ok" ? "reading tone-quiet" : "loss"}>{percent(loss)} lost</span>}
      {said !== null && said.words !== "" && (
        <span class={`reading tone-${said.tone}`} title={said.why}>
          {said.words}
        </span>
      )}
    </>
  );
}

// Of the answers of a hop, how many came from one of its further addresses.
function Share({ hop, seen }: { hop: HopSummary; seen: AddressAnswers | null }) {
  if (seen === null || seen.rtts.length === 0) return null;
  return (
    <span class="number quiet" title={`${seen.rtts.length} of the ${hop.answered} answers came from here`}>
      {seen.rtts.length} here
    </span>
  );
}

function percent(share: number): string {
  const value = share * 100;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}
