// The node itself: what it is, how much it may send, what it lost, and whose data it shows.

import { useEffect, useState } from "preact/hooks";
import { fieldProblem, get, put, restOfProblem } from "../api/client";
import type { Problem, Queue, RefusalList, Setting, System, WorkerSettings } from "../api/types";
import { usePolled } from "../api/use_polled";
import { Field } from "../parts/field";
import { Loading, ProblemNotice } from "../parts/notice";
import { RefusalRows } from "../parts/refusals";
import { ClockTime, TimeAgo } from "../parts/time_ago";
import { duration, plural } from "../words/numbers";

export function NodePage({ system }: { system: System | null }) {
  return (
    <>
      <h1 tabIndex={-1}>Node</h1>
      {system === null ? (
        <Loading what="the node's state" />
      ) : (
        <div class="node-cards">
          <About system={system} />
          <Budget />
          <Counters system={system} />
          <Data system={system} />
          <Refusals />
        </div>
      )}
    </>
  );
}

function About({ system }: { system: System }) {
  const queue = usePolled<Queue>("/queue", 5);
  return (
    <section class="card">
      <h2>This node</h2>
      <dl>
        <dt>Vantage</dt>
        <dd>{system.vantage}</dd>
        <dt>Version</dt>
        <dd>{system.version}</dd>
        <dt>Running</dt>
        <dd title={system.started_at}>{duration(Math.round(system.uptime_s))}</dd>
        <dt>Targets</dt>
        <dd>
          <a href="/targets">{system.targets.toLocaleString("en-US")}</a>
        </dd>
        <dt>Measurements</dt>
        <dd>{system.measurements.toLocaleString("en-US")}</dd>
        <dt>Looking glass</dt>
        <dd>
          {system.looking_glass.running} of at most {plural(system.looking_glass.most_running, "run")}
        </dd>
        {queue.value !== null && (
          <>
            <dt>Queue</dt>
            <dd>
              {queue.value.waiting} waiting, {queue.value.leased} running, {queue.value.dead} given up
              {queue.value.oldest_waiting_at !== null && (
                <>
                  ; oldest <TimeAgo at={queue.value.oldest_waiting_at} />
                </>
              )}
            </dd>
          </>
        )}
      </dl>
      <p class="quiet">
        <a href="/api/v1/openapi.yaml">API document</a> · <a href="/metrics">Metrics</a>
      </p>
    </section>
  );
}

const budgetFields: { name: keyof WorkerSettings; label: string; least: number; most: number }[] = [
  { name: "rate_limit_per_minute", label: "Measurements a minute", least: 1, most: 60_000 },
  { name: "max_concurrent_traceroutes", label: "Traces at the same time", least: 1, most: 1000 },
  { name: "worker_count", label: "Workers", least: 1, most: 32 },
  { name: "destination_spacing_seconds", label: "Seconds between two measurements of an address", least: 0, most: 3600 },
  { name: "network_spacing_ms", label: "Milliseconds between two of a network", least: 0, most: 60_000 },
  { name: "longest_backoff_seconds", label: "Seconds that a silent target is left alone at most", least: 0, most: 86_400 },
];

function Budget() {
  const [etag, setEtag] = useState<string | null>(null);
  const [form, setForm] = useState<Record<string, string> | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");

  const take = (setting: Setting, tag: string | null) => {
    setEtag(tag);
    setForm(Object.fromEntries(Object.entries(setting.value).map(([name, value]) => [name, String(value)])));
  };
  const read = async () => {
    const answer = await get<Setting>("/settings/worker_settings");
    setProblem(answer.problem ?? null);
    if (answer.value !== undefined) take(answer.value, answer.etag);
  };
  useEffect(() => void read(), []);

  const save = async (event: Event) => {
    event.preventDefault();
    if (form === null) return;
    const value = Object.fromEntries(Object.entries(form).map(([name, text]) => [name, text.trim() === "" ? null : Number(text)]));
    const answer = await put<Setting>("/settings/worker_settings", value, etag ?? "*");
    setProblem(answer.problem ?? null);
    setSaid(answer.value === undefined ? "" : "Saved; the node follows within seconds.");
    if (answer.value !== undefined) take(answer.value, answer.etag);
  };
  const changedMeanwhile = problem?.status === 412;
  const rest = restOfProblem(problem, budgetFields.map((field) => `/${field.name}`));
  return (
    <section class="card">
      <h2>Budget</h2>
      <p class="quiet">How much the node measures by itself. Runs of the looking glass are counted apart.</p>
      {form === null ? (
        problem === null ? <Loading what="the settings" /> : <ProblemNotice problem={problem} />
      ) : (
        <form onSubmit={(event) => void save(event)} noValidate>
          {budgetFields.map(({ name, label, least, most }) => (
            <Field key={name} id={name} label={label} wrong={fieldProblem(problem, `/${name}`)}>
              <input
                id={name}
                type="number"
                inputMode="numeric"
                min={least}
                max={most}
                value={form[name] ?? ""}
                onInput={(event) => {
                  setSaid("");
                  setForm({ ...form, [name]: event.currentTarget.value });
                }}
                aria-describedby={`${name}-wrong`}
              />
            </Field>
          ))}
          <button type="submit" class="primary">
            Save
          </button>
          <p class="said" role="status">
            {said}
          </p>
          {rest !== "" && (
            <p class="wrong" role="alert">
              {rest}
              {changedMeanwhile && (
                <button type="button" class="small" onClick={() => void read()}>
                  Show what is set now
                </button>
              )}
            </p>
          )}
        </form>
      )}
    </section>
  );
}

// Counters that stand for something lost or broken; anything else only counts. What other programs on the machine
// are answered (foreign, unmatched) is no loss.
function isLoss(name: string): boolean {
  return /drop|error|bad|unparsable/.test(name);
}

function Counters({ system }: { system: System }) {
  const { name, wire, counters } = system.prober;
  const entries = Object.entries(counters).sort(([a], [b]) => a.localeCompare(b));
  const lost = entries.filter(([counter, value]) => isLoss(counter) && value > 0);
  return (
    <section class="card">
      <h2>Prober</h2>
      <p>
        <strong>{name}</strong> over {wireWords(wire)}.{" "}
        {lost.length === 0 ? "Nothing was lost since the start." : `Worth a look: ${lost.map(([counter]) => words(counter)).join(", ")}.`}
      </p>
      <dl class="counters">
        {entries.map(([counter, value]) => (
          <div key={counter} class={isLoss(counter) && value > 0 ? "is-loss" : ""}>
            <dt>{words(counter)}</dt>
            <dd class="number">{value.toLocaleString("en-US")}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">
        Since <ClockTime at={system.started_at} />
      </p>
    </section>
  );
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function wireWords(wire: string): string {
  if (wire === "raw") return "raw sockets";
  if (wire === "datagram") return "unprivileged datagram sockets";
  if (wire === "simulated") return "the simulated Internet";
  return wire;
}

function Data({ system }: { system: System }) {
  return (
    <section class="card">
      <h2>Data</h2>
      {system.data.length === 0 && <p>No data on networks is loaded: hops are shown without their networks.</p>}
      {system.data.map((data) => (
        <div key={data.source} class="data-source">
          <p>
            <strong>{data.source}</strong> {data.version}, of <ClockTime at={data.as_of} />
          </p>
          <p>
            {data.v4_ranges.toLocaleString("en-US")} IPv4 and {data.v6_ranges.toLocaleString("en-US")} IPv6 ranges,{" "}
            {data.asns.toLocaleString("en-US")} networks, {(data.resident_bytes / 1e6).toFixed(1)} MB in memory
          </p>
          <p>
            Licence {data.licence}. {data.attribution}
          </p>
        </div>
      ))}
    </section>
  );
}

function Refusals() {
  const refusals = usePolled<RefusalList>("/refusals?limit=20", 10);
  return (
    <section class="card">
      <h2>Refused</h2>
      <p class="quiet">What was asked for and not probed, the last first.</p>
      {refusals.value === null ? (
        refusals.problem === null ? <Loading what="the refusals" /> : <ProblemNotice problem={refusals.problem} />
      ) : refusals.value.items.length === 0 ? (
        <p>Nothing was refused so far.</p>
      ) : (
        <RefusalRows items={refusals.value.items} />
      )}
    </section>
  );
}
