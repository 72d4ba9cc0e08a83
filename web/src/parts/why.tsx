// Why an address is probed, or not: the rule that decides, what holds it up now, who asked, what was refused.

import { useState } from "preact/hooks";
import type { ExplainedMeasurement, Refusal, Why } from "../api/types";
import { usePolled } from "../api/use_polled";
import { delayWords, policyWords } from "../words/why";
import { duration, plural } from "../words/numbers";
import { Loading, ProblemNotice } from "./notice";
import { RefusalRows } from "./refusals";
import { TimeAgo } from "./time_ago";

export function WhyProbed({ address }: { address: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="card why" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Why this address is measured</summary>
      {open && <Reasons address={address} />}
    </details>
  );
}

function Reasons({ address }: { address: string }) {
  const why = usePolled<Why>(`/why/${encodeURIComponent(address)}`, 10);
  if (why.value === null) return why.problem === null ? <Loading what="the reasons" /> : <ProblemNotice problem={why.problem} />;
  const { target, policy, timing, measurements, refusals, on_the_way_to, looked_back } = why.value;
  return (
    <div class="why-parts">
      <dl>
        <dt>Policy</dt>
        <dd>
          <strong class={policy.may_probe ? "tone-good" : "tone-bad"}>{policy.may_probe ? "May be probed" : "Is not probed"}</strong>:{" "}
          {policyWords(policy.rule)}
          {policy.prefix !== null && (
            <>
              {" "}
              (<span class="address">{policy.prefix}</span>)
            </>
          )}
          {policy.detail !== "" && <span class="quiet why-detail">{policy.detail}</span>}
        </dd>
        {target !== null && (
          <>
            <dt>Target</dt>
            <dd>
              added by {target.source} <TimeAgo at={target.first_seen} />
              {target.reason !== "" && `: ${target.reason}`}
              {target.next_due_at !== null && (
                <>
                  ; next due <TimeAgo at={target.next_due_at} />
                </>
              )}
            </dd>
          </>
        )}
        <dt>Timing</dt>
        <dd>
          <Timing timing={timing} />
        </dd>
      </dl>
      <Asked title="Who asked" items={measurements} nobody="Nobody has asked for a measurement of it yet." />
      {on_the_way_to.length > 0 && <Asked title="It answered on the way to others" items={on_the_way_to} nobody="" showTarget />}
      {on_the_way_to.length === 0 && <p class="quiet">It stood on no path of the last {plural(looked_back, "measurement")} of others.</p>}
      {refusals.length > 0 && <Refused items={refusals} />}
    </div>
  );
}

function Timing({ timing }: { timing: Why["timing"] }) {
  return (
    <>
      {delayWords(timing.delay)}
      {timing.not_before !== null && (
        <>
          , not before <TimeAgo at={timing.not_before} />
        </>
      )}
      . At least {duration(timing.destination_spacing_s)} lie between two measurements of it, {duration(timing.network_spacing_s)}{" "}
      between two of <span class="address">{timing.network}</span>.
      {timing.target_failures > 0 && ` ${plural(timing.target_failures, "measurement")} in a row had no answer.`}
    </>
  );
}

function Asked(props: { title: string; items: readonly ExplainedMeasurement[]; nobody: string; showTarget?: boolean }) {
  if (props.items.length === 0) return <p class="quiet">{props.nobody}</p>;
  return (
    <>
      <h3>{props.title}</h3>
      <ul class="why-list">
        {props.items.map((item) => (
          <li key={item.id}>
            <a href={`/measurements/${item.id}`}>
              <TimeAgo at={item.finished_at} />
            </a>{" "}
            <span class="kind">{item.kind}</span> {props.showTarget && <span class="address">{item.target}</span>}{" "}
            {item.job.source ?? "unknown"}
            {item.job.reason !== null && item.job.reason !== "" && `, ${item.job.reason}`} ·{" "}
            {plural(item.probes_sent, "probe")} by {item.prober}
            {item.job.rate_limit_per_minute !== null && `, within ${item.job.rate_limit_per_minute.toLocaleString("en-US")} measurements a minute`}
          </li>
        ))}
      </ul>
    </>
  );
}

function Refused({ items }: { items: readonly Refusal[] }) {
  return (
    <>
      <h3>What was refused</h3>
      <RefusalRows items={items} />
    </>
  );
}
