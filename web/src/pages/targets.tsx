// The targets, each with its last path: what is measured, how it stands, through whose networks.

import { useState } from "preact/hooks";
import { fieldProblem, post, remove, restOfProblem } from "../api/client";
import type { Problem, Target, TargetList } from "../api/types";
import { usePolled } from "../api/use_polled";
import { AsPathLine } from "../parts/as_path_strip";
import { Field } from "../parts/field";
import { Icon } from "../parts/icon";
import { ImportList } from "../parts/import_list";
import { MeasuredHow } from "../parts/measured_how";
import { StatusWord } from "../parts/measurement_rows";
import { Empty, Loading, ProblemNotice } from "../parts/notice";
import { TimeAgo } from "../parts/time_ago";
import { setQuery, usePlace, useQueryState } from "../router";
import { listedStretches } from "../run/as_path";
import { isPlain, measuredFields, measuredRequest, plainTrace, saidMeasured } from "../run/measured_how";
import { matchesFilter } from "../run/target_filter";
import { duration, plural, rtt } from "../words/numbers";

export function Targets({ onChanged }: { onChanged: () => void }) {
  const { query } = usePlace();
  const cursor = query.get("cursor");
  const targets = usePolled<TargetList>(`/targets?limit=500${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`, 5);
  const changed = () => {
    targets.refresh();
    onChanged();
  };
  return (
    <>
      <h1 tabIndex={-1}>Targets</h1>
      <AddTargets onChanged={changed} />
      {targets.problem !== null && <ProblemNotice problem={targets.problem} stale={targets.value !== null} />}
      {targets.value === null ? (
        targets.problem === null && <Loading what="targets" />
      ) : targets.value.items.length === 0 ? (
        <Empty>
          No targets yet: the node sends nothing until you name some, here or with a preset on the <a href="/">first page</a>.
        </Empty>
      ) : (
        <TargetTable list={targets.value} onChanged={changed} />
      )}
    </>
  );
}

function readFilter(query: URLSearchParams): string {
  return query.get("filter") ?? "";
}

function TargetTable({ list, onChanged }: { list: TargetList; onChanged: () => void }) {
  const [filter, setFilter] = useQueryState(readFilter, (text: string) => ({ filter: text }));
  const shown = list.items.filter((target) => matchesFilter(target, filter));
  const next = list.next_cursor;
  return (
    <section aria-label="All targets">
      <div class="list-tools">
        <label for="filter" class="off-screen">
          Filter
        </label>
        <input
          id="filter"
          type="search"
          placeholder="Filter by name, address, network, label, status"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="quiet" role="status">
          {filter === "" ? plural(list.items.length, "target") : `${shown.length} of ${plural(list.items.length, "target")}`}
        </span>
      </div>
      {shown.length === 0 && <Empty>No target matches “{filter}”.</Empty>}
      {shown.length > 0 && (
        <div class="card table-card">
          <table class="list target-list" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader" scope="col">Target</th>
                <th role="columnheader" scope="col">Status</th>
                <th role="columnheader" scope="col" class="right">RTT</th>
                <th role="columnheader" scope="col" class="right">Hops</th>
                <th role="columnheader" scope="col">Last path</th>
                <th role="columnheader" scope="col">Measured</th>
                <th role="columnheader" scope="col">
                  <span class="off-screen">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {shown.map((target) => (
                <TargetRow key={target.id} target={target} onChanged={onChanged} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next !== null && (
        <button type="button" onClick={() => setQuery({ cursor: next })}>
          Next targets
        </button>
      )}
    </section>
  );
}

function TargetRow({ target, onChanged }: { target: Target; onChanged: () => void }) {
  const last = target.last_measurement;
  return (
    <tr role="row">
      <td role="cell" class="l-target">
        <a href={`/targets/${target.id}`} class="target-name">
          {target.name}
        </a>
        {target.name !== target.address && <span class="address quiet">{target.address}</span>}
        {target.labels.length > 0 && (
          <span class="labels">
            {target.labels.map((label) => (
              <span class="label" key={label}>
                {label}
              </span>
            ))}
          </span>
        )}
      </td>
      <td role="cell" class="l-outcome">
        {target.state === "paused" ? (
          <span class="status tone-unsure">paused</span>
        ) : last === null ? (
          <span class="status tone-busy">waiting</span>
        ) : (
          <StatusWord status={last.status} stopReason={last.stop_reason} />
        )}
      </td>
      <td role="cell" class="right number l-rtt">{rtt(last?.rtt_ms)}</td>
      <td role="cell" class="right number l-hops">
        {last === null || last.kind === "ping" ? "–" : last.hop_count}
        {last !== null && last.kind !== "ping" && <span class="phone-only"> {last.hop_count === 1 ? "hop" : "hops"}</span>}
      </td>
      <td role="cell" class="l-path">
        {last === null ? <span class="quiet">not measured yet</span> : <AsPathLine path={listedStretches(last.as_path)} />}
      </td>
      <td role="cell" class="l-when">
        {target.last_measurement_at === null ? <span class="quiet">never</span> : <TimeAgo at={target.last_measurement_at} />}
        <small class="quiet">every {duration(target.interval_s)}</small>
        {!isPlain(target) && <small class="quiet">{saidMeasured(target)}</small>}
      </td>
      <td role="cell" class="l-action">
        <RemoveButton target={target} onRemoved={onChanged} />
      </td>
    </tr>
  );
}

// Asks once more, in place: the measurements stay, but nothing new is measured.
export function RemoveButton({ target, onRemoved }: { target: Target; onRemoved: () => void }) {
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const act = async () => {
    const answer = await remove(`/targets/${target.id}`);
    if (answer.problem !== undefined) setProblem(answer.problem);
    else onRemoved();
  };
  if (problem !== null) return <span class="wrong" role="alert">{problem.detail}</span>;
  if (!asked) {
    return (
      <button type="button" class="small ghost" onClick={() => setAsked(true)} aria-label={`Remove ${target.name}`} title="Remove">
        <Icon name="bin" />
      </button>
    );
  }
  return (
    <span class="sure">
      <button type="button" class="small danger" onClick={() => void act()} ref={(button) => button?.focus()}>
        Remove {target.name}
      </button>
      <button type="button" class="small" onClick={() => setAsked(false)}>
        Keep
      </button>
    </span>
  );
}

function AddTargets({ onChanged }: { onChanged: () => void }) {
  const [name, setName] = useState("");
  const [labels, setLabels] = useState("");
  const [minutes, setMinutes] = useState("");
  const [how, setHow] = useState(plainTrace);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");
  const add = async (event: Event) => {
    event.preventDefault();
    const body: Record<string, unknown> = { name: name.trim(), ...measuredRequest(how) };
    const given = labels.split(",").map((label) => label.trim()).filter((label) => label !== "");
    if (given.length > 0) body["labels"] = given;
    if (minutes !== "") body["interval_s"] = Math.round(Number(minutes) * 60);
    const answer = await post<Target>("/targets", body);
    setProblem(answer.problem ?? null);
    setSaid(answer.value === undefined ? "" : `${answer.value.name} is a target now.`);
    if (answer.value === undefined) return;
    setName("");
    onChanged();
  };
  const rest = restOfProblem(problem, ["/name", "/address", "/labels", "/interval_s", ...measuredFields]);
  return (
    <details class="card add-targets">
      <summary>Add targets</summary>
      <div class="add-ways">
        <form onSubmit={(event) => void add(event)} noValidate>
          <Field id="new-target" label="Address or host name" wrong={fieldProblem(problem, "/name") || fieldProblem(problem, "/address")}>
            <input
              id="new-target"
              type="text"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
              aria-describedby="new-target-wrong"
            />
          </Field>
          <div class="two">
            <Field id="new-labels" label="Labels" hint="With commas between them" wrong={fieldProblem(problem, "/labels")}>
              <input id="new-labels" type="text" value={labels} onInput={(event) => setLabels(event.currentTarget.value)} />
            </Field>
            <Field id="new-interval" label="Every … minutes" hint="15 unless given" wrong={fieldProblem(problem, "/interval_s")}>
              <input
                id="new-interval"
                type="number"
                inputMode="decimal"
                min="0.2"
                step="any"
                placeholder="15"
                value={minutes}
                onInput={(event) => setMinutes(event.currentTarget.value)}
              />
            </Field>
          </div>
          <details class="options">
            <summary>
              How it is measured <span class="quiet">{saidMeasured(how)}</span>
            </summary>
            <MeasuredHow how={how} onChange={setHow} problem={problem} prefix="new" />
          </details>
          <button type="submit" class="primary" disabled={name.trim() === ""}>
            Add target
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
        <ImportList onDone={onChanged} />
      </div>
    </details>
  );
}
