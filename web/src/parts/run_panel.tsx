// A run, live or stored: what it is, how it stands in words, the networks, the hops, and ways to take it along.

import { get } from "../api/client";
import type { Measurement } from "../api/types";
import { stretches } from "../run/as_path";
import { exportText, outcomeOf } from "../run/export_text";
import { summarize, type HopSummary } from "../run/hop_summary";
import { isOver, type RunView } from "../run/run_view";
import { useLookedUp } from "../run/use_looked_up";
import { plural } from "../words/numbers";
import { outcomeSentence, outcomeTone, type Tone } from "../words/outcome";
import { methodNames } from "../words/probers";
import { AsPathStrip } from "./as_path_strip";
import { CopyButton } from "./copy_button";
import { HopTable } from "./hop_table";
import { Icon, type IconName } from "./icon";
import { PathGraphView } from "./path_graph";
import { PingTable } from "./ping_table";
import { RunNotes } from "./run_notes";
import { ClockTime } from "./time_ago";

export function RunPanel({ run: seen }: { run: RunView }) {
  const run = useLookedUp(seen);
  const hops = summarize(run);
  const standing = standingOf(run, hops);
  const end = hops.find((hop) => hop.isDestination);
  return (
    <section class="card run" aria-label={`${run.kind} to ${run.target}`} aria-busy={!isOver(run)}>
      <header class="run-head">
        <div>
          <h2>
            <span class="kind">{run.kind}</span> {run.target}
            {run.address !== null && run.address !== run.target && <span class="resolved">{run.address}</span>}
          </h2>
          <p class={`standing tone-${standing.tone}`} role="status">
            <ToneSign tone={standing.tone} />
            {standing.words}
          </p>
          <p class="run-facts">{runFacts(run)}</p>
        </div>
        <RunActions run={run} />
      </header>
      {run.problem !== null && <p class="notice problem">{run.problem.detail}</p>}
      {run.kind !== "ping" && hops.length > 0 && (
        <AsPathStrip
          from={run.vantage ?? "node"}
          path={stretches(run, hops)}
          forming={!isOver(run) && end === undefined}
          arrived={end === undefined ? null : { rttMs: end.middle }}
        />
      )}
      {run.kind === "ping" ? <PingTable run={run} /> : hops.length > 0 && <HopTable run={run} hops={hops} />}
      <RunNotes run={run} />
      {run.graph !== null && <PathGraphView run={run} graph={run.graph} />}
    </section>
  );
}

interface Standing {
  tone: Tone;
  words: string;
}

function standingOf(run: RunView, hops: readonly HopSummary[]): Standing {
  switch (run.phase) {
    case "starting":
      return { tone: "busy", words: "Starting …" };
    case "running":
      return { tone: "busy", words: `${progress(run, hops)} …` };
    case "cancelled":
      return { tone: "unsure", words: "Stopped before its end" };
    case "failed":
      return { tone: "bad", words: run.problem?.title ?? "The run failed" };
    case "completed":
      return { tone: outcomeTone(run.status ?? "failed"), words: ended(run, hops) };
  }
}

function progress(run: RunView, hops: readonly HopSummary[]): string {
  const answered = hops.filter((hop) => hop.state === "answered");
  if (run.kind === "ping") {
    const answers = hops[0]?.answered ?? 0;
    return `${plural(answers, "answer")} of ${run.expected ?? "?"}`;
  }
  if (run.kind === "mtr") return `Round ${run.round + 1} of ${run.expected ?? "?"}, ${plural(answered.length, "hop")} answering`;
  const last = answered.at(-1)?.ttl;
  return last === undefined ? "Probes are on their way" : `${plural(answered.length, "hop")} answered, the furthest at TTL ${last}`;
}

function ended(run: RunView, hops: readonly HopSummary[]): string {
  const sentence = outcomeSentence(outcomeOf(run, hops));
  switch (run.samePath) {
    case "same":
      return `${sentence}; the same path as last time`;
    case "known":
      return `${sentence}; not last time's path, but a known one`;
    case "new":
      return `${sentence}; a path not seen before`;
    case null:
      return sentence;
  }
}

function ToneSign({ tone }: { tone: Tone }) {
  const signs: Record<Tone, IconName | null> = { good: "check", bad: "cross", unsure: "question", busy: null };
  const sign = signs[tone];
  return sign === null ? <span class="dots" aria-hidden="true" /> : <Icon name={sign} />;
}

function runFacts(run: RunView) {
  const seconds =
    run.startedAt === null || run.finishedAt === null ? null : (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  return (
    <>
      {methodNames[run.method]} from {run.vantage ?? "this node"}
      {run.source !== null && (
        <>
          {" "}
          (<span class="address">{run.source}</span>)
        </>
      )}
      {run.prober !== null && `, sent by ${run.prober}`}
      {run.startedAt !== null && (
        <>
          , <ClockTime at={run.startedAt} />
        </>
      )}
      {run.phase === "completed" && seconds !== null && seconds >= 0 && `, took ${seconds.toFixed(2)} s`}
    </>
  );
}

function RunActions({ run }: { run: RunView }) {
  if (!isOver(run)) return null;
  const id = run.measurementId;
  return (
    <div class="run-actions">
      <CopyButton label="Copy text" text={() => exportText(run)} />
      {id !== null && <CopyButton label="Copy JSON" text={() => measurementJson(id)} />}
      {id !== null && <CopyButton label="Copy link" icon="link" text={() => `${location.origin}/measurements/${id}`} />}
    </div>
  );
}

async function measurementJson(id: string): Promise<string> {
  const answer = await get<Measurement>(`/measurements/${id}`);
  return JSON.stringify(answer.value ?? answer.problem, null, 2);
}
