// The first page: measure now and watch it happen. Without a run it shows what the node measured last; on a node
// without targets it starts with the set-up.

import { useEffect, useState } from "preact/hooks";
import type { MeasurementList, System } from "../api/types";
import { usePolled } from "../api/use_polled";
import { MeasurementRows } from "../parts/measurement_rows";
import { Empty, Loading, ProblemNotice } from "../parts/notice";
import { RunPanel } from "../parts/run_panel";
import { setQuery, usePlace, useQueryState } from "../router";
import { formFromQuery, queryFromForm, requestFromForm, type RunForm } from "../run/run_request";
import { isOver } from "../run/run_view";
import type { LiveRun } from "../run/use_run";
import { FirstRun } from "./first_run";
import { StoredRunPanel } from "../parts/stored_run_panel";
import { RunFormView } from "./run_form";

export function LookingGlass({ live, system, onChanged }: { live: LiveRun; system: System | null; onChanged: () => void }) {
  const [form, setForm, commitForm] = useQueryState(formFromQuery, addressOf);
  const stored = usePlace().query.get("measurement");
  const measured = live.run?.measurementId ?? null;
  useEffect(() => {
    if (measured !== null) setQuery({ measurement: measured });
  }, [measured]);

  const run = () => {
    commitForm(form);
    live.start(requestFromForm(form));
  };
  const [setup, setHeld, finishSetup] = useSetup(system, onChanged);
  return (
    <>
      {setup ? <FirstRun onHold={setHeld} onDone={finishSetup} /> : <Greeting system={system} />}
      {setup && <h2 class="section-title">Or look at one address first</h2>}
      <RunFormView
        form={form}
        onChange={setForm}
        onRun={run}
        onStop={live.stop}
        running={live.run !== null && !isOver(live.run)}
        refused={live.refused}
      />
      {live.run !== null ? <RunPanel run={live.run} /> : stored !== null && <StoredRunPanel id={stored} />}
      {!setup && <Recent />}
    </>
  );
}

// Another form is another view: the measurement shown so far is no longer part of its address.
function addressOf(form: RunForm): Record<string, string | null> {
  return { ...queryFromForm(form), measurement: null };
}

// The set-up stays in sight while refused lines wait to be read (`held`), though the node has targets by then.
function useSetup(system: System | null, onChanged: () => void): [boolean, (held: boolean) => void, () => void] {
  const needed = system?.setup_needed === true;
  const [held, setHeld] = useState(false);
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!needed) setDone(false);
  }, [needed]);
  const finish = () => {
    setHeld(false);
    setDone(true);
    onChanged();
  };
  return [held || (needed && !done), setHeld, finish];
}

function Greeting({ system }: { system: System | null }) {
  return (
    <div class="greeting">
      <h1 tabIndex={-1}>Looking glass</h1>
      <p>
        Where packets go from <strong>{system?.vantage ?? "this node"}</strong>, hop by hop, and through whose networks.
      </p>
    </div>
  );
}

function Recent() {
  const recent = usePolled<MeasurementList>("/measurements?limit=8", 5);
  return (
    <section aria-labelledby="recent">
      <h2 id="recent" class="section-title">Measured lately</h2>
      {recent.problem !== null && <ProblemNotice problem={recent.problem} stale={recent.value !== null} />}
      {recent.value === null ? (
        recent.problem === null && <Loading what="measurements" />
      ) : recent.value.items.length === 0 ? (
        <Empty>Nothing yet. The first measurements of the targets appear here within seconds.</Empty>
      ) : (
        <MeasurementRows items={recent.value.items} showTarget />
      )}
    </section>
  );
}
