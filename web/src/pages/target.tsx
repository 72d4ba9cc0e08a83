// One target: how it stands, its last path, and what was measured before.

import { useState } from "preact/hooks";
import { patch, restOfProblem } from "../api/client";
import type { MeasurementList, Problem, Target } from "../api/types";
import { usePolled } from "../api/use_polled";
import { AsBadge } from "../parts/as_badge";
import { Icon } from "../parts/icon";
import { MeasuredHow } from "../parts/measured_how";
import { MeasurementRows } from "../parts/measurement_rows";
import { Empty, Loading, ProblemNotice } from "../parts/notice";
import { RttPlot } from "../parts/rtt_plot";
import { StoredRunPanel } from "../parts/stored_run_panel";
import { ClockTime } from "../parts/time_ago";
import { WhyProbed } from "../parts/why";
import { go } from "../router";
import { measuredFields, measuredOf, measuredRequest, saidMeasured } from "../run/measured_how";
import { pathChanges } from "../run/path_changes";
import { duration } from "../words/numbers";
import { RemoveButton } from "./targets";

export function TargetPage({ id, onChanged }: { id: string; onChanged: () => void }) {
  const target = usePolled<Target>(`/targets/${encodeURIComponent(id)}`, 5);
  if (target.value === null) {
    return (
      <>
        <h1 tabIndex={-1}>Target</h1>
        {target.problem === null ? <Loading what="the target" /> : <ProblemNotice problem={target.problem} />}
      </>
    );
  }
  const removed = () => {
    onChanged();
    go("/targets");
  };
  return (
    <>
      {target.problem !== null && <ProblemNotice problem={target.problem} stale />}
      <TargetHead target={target.value} onChanged={target.refresh} onRemoved={removed} />
      <History address={target.value.address} />
      <WhyProbed address={target.value.address} />
    </>
  );
}

function TargetHead({ target, onChanged, onRemoved }: { target: Target; onChanged: () => void; onRemoved: () => void }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const paused = target.state === "paused";
  const toggle = async () => {
    const answer = await patch<Target>(`/targets/${target.id}`, { state: paused ? "active" : "paused" });
    setProblem(answer.problem ?? null);
    onChanged();
  };
  return (
    <div class="page-head">
      <a href="/targets" class="back">
        <Icon name="back" /> Targets
      </a>
      <h1 tabIndex={-1} class="address">{target.name}</h1>
      <p class="target-facts">
        {target.name !== target.address && <span class="address">{target.address}</span>}
        {target.asn !== null && (
          <span>
            <AsBadge asn={target.asn} name={target.as_name} /> {target.as_name}
          </span>
        )}
        <span>
          {paused ? "paused, else " : ""}every {duration(target.interval_s)}
        </span>
        <span>{saidMeasured(target)}</span>
        <span>
          target since <ClockTime at={target.first_seen} />
        </span>
        {target.reason !== "" && <span>{target.reason}</span>}
        {target.labels.map((label) => (
          <span class="label" key={label}>{label}</span>
        ))}
      </p>
      <div class="head-actions">
        <a class="button primary" href={`/?target=${encodeURIComponent(target.name)}&kind=trace`}>
          <Icon name="run" /> Look now
        </a>
        <button type="button" onClick={() => void toggle()}>
          <Icon name={paused ? "run" : "pause"} /> {paused ? "Measure again" : "Pause"}
        </button>
        <RemoveButton target={target} onRemoved={onRemoved} />
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
      <ChangeHow target={target} onChanged={onChanged} />
    </div>
  );
}

// Closed, it follows the node; open, it is a form of its own until it is saved.
function ChangeHow({ target, onChanged }: { target: Target; onChanged: () => void }) {
  const [how, setHow] = useState(() => measuredOf(target));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");
  const save = async (event: Event) => {
    event.preventDefault();
    const answer = await patch<Target>(`/targets/${target.id}`, measuredRequest(how));
    setProblem(answer.problem ?? null);
    setSaid(answer.value === undefined ? "" : "Saved; the next measurement is made so.");
    onChanged();
  };
  const rest = restOfProblem(problem, measuredFields);
  return (
    <details class="options" onToggle={(event) => event.currentTarget.open && setHow(measuredOf(target))}>
      <summary>Change how it is measured</summary>
      <form class="change-how" onSubmit={(event) => void save(event)} noValidate>
        <MeasuredHow how={how} onChange={setHow} problem={problem} prefix="change" />
        <button type="submit" class="primary">
          Save
        </button>
        <p class="said" role="status">
          {said}
        </p>
        {rest !== "" && (
          <p class="wrong" role="alert">
            {rest}
          </p>
        )}
      </form>
    </details>
  );
}

function History({ address }: { address: string }) {
  const list = usePolled<MeasurementList>(`/measurements?address=${encodeURIComponent(address)}&limit=60`, 5);
  if (list.value === null) return list.problem === null ? <Loading what="its measurements" /> : <ProblemNotice problem={list.problem} />;
  const items = list.value.items;
  const changed = pathChanges(items);
  const newest = items.find((item) => item.kind !== "ping") ?? items[0];
  if (newest === undefined) return <Empty>Not measured yet. The first result appears here by itself.</Empty>;
  return (
    <>
      {list.problem !== null && <ProblemNotice problem={list.problem} stale />}
      {items.length > 1 && <RttPlot items={items} changed={changed} />}
      <StoredRunPanel id={newest.id} />
      <h2 class="section-title">Measurements</h2>
      <MeasurementRows items={items} changed={changed} />
    </>
  );
}
