// The fields that say how a target is measured; its pages give them a form.

import { fieldProblem } from "../api/client";
import type { Problem } from "../api/types";
import type { MeasuredHow as How } from "../run/measured_how";
import { fits, kindNames, methodNames, proberNames, probersFor } from "../words/probers";
import { choicesOf, Choices, Field, Select, Tick } from "./field";

interface MeasuredHowProps {
  how: How;
  onChange: (how: How) => void;
  problem: Problem | null;
  prefix: string; // of the fields' names
}

export function MeasuredHow({ how, onChange, problem, prefix }: MeasuredHowProps) {
  return (
    <div class="option-grid">
      <Choices name={`${prefix}-kind`} label="Kind" choices={choicesOf(kindNames)} value={how.kind} onChoose={(kind) => onChange({ ...how, kind })} />
      <Choices
        name={`${prefix}-method`}
        label="Probes"
        choices={choicesOf(methodNames)}
        value={how.method}
        onChoose={(method) => onChange({ ...how, method, port: "" })}
      />
      <Field id={`${prefix}-prober`} label="Sent by" wrong={fieldProblem(problem, "/prober")}>
        <Select
          id={`${prefix}-prober`}
          choices={probersFor(how).map((value) => ({ value, label: proberNames[value] }))}
          value={fits(how.prober, how) ? how.prober : ""}
          onChoose={(prober) => onChange({ ...how, prober })}
        />
      </Field>
      {how.method !== "icmp" && (
        <Field id={`${prefix}-port`} label={how.method === "udp" ? "UDP port" : "TCP port"} wrong={fieldProblem(problem, "/port")}>
          <input
            id={`${prefix}-port`}
            type="number"
            inputMode="numeric"
            min="1"
            max="65535"
            placeholder={how.method === "udp" ? "33434" : "80"}
            value={how.port}
            onInput={(event) => onChange({ ...how, port: event.currentTarget.value })}
            aria-describedby={`${prefix}-port-wrong`}
          />
        </Field>
      )}
      {how.kind === "trace" && (
        <div class="ticks">
          <Tick
            name={`${prefix}-multipath`}
            label="All load-balanced paths"
            checked={how.multipath}
            onChange={(multipath) => onChange({ ...how, multipath, mtuSearch: how.mtuSearch && !multipath })}
          />
          <Tick
            name={`${prefix}-mtu-search`}
            label="Path MTU"
            checked={how.mtuSearch}
            onChange={(mtuSearch) => onChange({ ...how, mtuSearch, multipath: how.multipath && !mtuSearch })}
          />
        </div>
      )}
    </div>
  );
}
