// The form of the looking glass: target, kind, Run; everything else folded away.

import { useEffect, useState } from "preact/hooks";
import { fieldProblem, restOfProblem } from "../api/client";
import type { Problem } from "../api/types";
import { choicesOf, Choices, Field, FieldProblem, Select, Tick, type Choice } from "../parts/field";
import { Icon } from "../parts/icon";
import { fieldsFor, numberFields, type NumberField, type RunForm } from "../run/run_request";
import { fits, kindNames, methodNames, proberNames, probersFor } from "../words/probers";

const confidences: readonly Choice<"95" | "99">[] = [
  { value: "95", label: "95 % sure" },
  { value: "99", label: "99 % sure" },
];

const families: readonly Choice<RunForm["af"]>[] = [
  { value: "", label: "Either" },
  { value: "4", label: "IPv4" },
  { value: "6", label: "IPv6" },
];

interface RunFormProps {
  form: RunForm;
  onChange: (form: RunForm) => void;
  onRun: () => void;
  onStop: () => void;
  running: boolean;
  refused: Problem | null;
}

export function RunFormView({ form, onChange, onRun, onStop, running, refused }: RunFormProps) {
  const [missing, setMissing] = useState(false);
  const fields = fieldsFor(form.kind, form.method);
  const pointers = ["/target", "/prober", ...fields.map((field) => `/${numberFields[field].name}`)];
  const wrongTarget = missing && form.target.trim() === "" ? "Name an address or a host." : fieldProblem(refused, "/target");
  const rest = restOfProblem(refused, pointers);
  const submit = (event: Event) => {
    event.preventDefault();
    setMissing(form.target.trim() === "");
    if (form.target.trim() !== "") onRun();
  };
  return (
    <form class="run-form card" onSubmit={submit} noValidate>
      <div class="run-bar">
        <Choices name="kind" label="Kind" choices={choicesOf(kindNames)} value={form.kind} onChoose={(kind) => onChange({ ...form, kind })} />
        <div class={wrongTarget ? "target-field is-wrong" : "target-field"}>
          <label for="target" class="off-screen">Target</label>
          <input
            id="target"
            name="target"
            type="text"
            placeholder="Address or host name"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={form.target}
            onInput={(event) => onChange({ ...form, target: event.currentTarget.value })}
            aria-invalid={wrongTarget !== ""}
            aria-describedby="target-wrong"
          />
        </div>
        {running ? (
          <button type="button" class="stop-button" onClick={onStop}>
            <Icon name="stop" /> Stop
          </button>
        ) : (
          <button type="submit" class="primary">
            <Icon name="run" /> Run
          </button>
        )}
      </div>
      <FieldProblem id="target" text={wrongTarget} />
      {rest !== "" && refused !== null && (
        <p class="wrong" role="alert">
          {refused.title}: {rest}
        </p>
      )}
      <Options form={form} onChange={onChange} fields={fields} refused={refused} />
    </form>
  );
}

function Options(props: {
  form: RunForm;
  onChange: (form: RunForm) => void;
  fields: readonly NumberField[];
  refused: Problem | null;
}) {
  const { form, onChange, fields, refused } = props;
  const names = ["prober", ...fields.map((field) => numberFields[field].name)];
  const toBlame = names.some((name) => fieldProblem(refused, `/${name}`) !== "");
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (toBlame) setOpen(true);
  }, [toBlame]);
  return (
    <details class="options" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Options <span class="quiet">{saidOptions(form, fields)}</span>
      </summary>
      <div class="option-grid">
        <Choices name="method" label="Probes" choices={choicesOf(methodNames)} value={form.method} onChoose={(method) => onChange({ ...form, method })} />
        <Field id="prober" label="Sent by" wrong={fieldProblem(refused, "/prober")}>
          <Select
            id="prober"
            choices={probersFor(form).map((value) => ({ value, label: proberNames[value] }))}
            value={fits(form.prober, form) ? form.prober : ""}
            onChoose={(prober) => onChange({ ...form, prober })}
          />
        </Field>
        {form.kind === "trace" && <TraceExtras form={form} onChange={onChange} />}
        <Choices name="af" label="IP version of a name" choices={families} value={form.af} onChoose={(af) => onChange({ ...form, af })} />
        {fields.map((field) => {
          const { name, label, least, most, usual } = numberFields[field];
          return (
            <Field key={field} id={name} label={numberLabel(field, form, label)} wrong={fieldProblem(refused, `/${name}`)}>
              <input
                id={name}
                name={name}
                type="number"
                inputMode="numeric"
                min={least}
                max={most}
                placeholder={usualNumber(field, form) ?? usual}
                value={form[field]}
                onInput={(event) => onChange({ ...form, [field]: event.currentTarget.value })}
                aria-describedby={`${name}-wrong`}
              />
            </Field>
          );
        })}
      </div>
    </details>
  );
}

// The two exclude each other: the search for the MTU goes along one path.
function TraceExtras({ form, onChange }: { form: RunForm; onChange: (form: RunForm) => void }) {
  return (
    <div class="ticks">
      <Tick
        name="multipath"
        label="All load-balanced paths"
        hint="Sends more probes, until no branch of a hop is missed"
        checked={form.multipath}
        onChange={(multipath) => onChange({ ...form, multipath, mtuSearch: form.mtuSearch && !multipath })}
      />
      {form.multipath && (
        <Choices
          name="confidence"
          label="Confidence"
          choices={confidences}
          value={form.confidence || "95"}
          onChoose={(confidence) => onChange({ ...form, confidence: confidence === "99" ? "99" : "" })}
        />
      )}
      <Tick
        name="mtu_search"
        label="Path MTU"
        hint="The largest packet that gets through, and who holds larger ones back"
        checked={form.mtuSearch}
        onChange={(mtuSearch) => onChange({ ...form, mtuSearch, multipath: form.multipath && !mtuSearch })}
      />
    </div>
  );
}

function numberLabel(field: NumberField, form: RunForm, label: string): string {
  if (field === "count") return form.kind === "mtr" ? "Rounds" : "Probes";
  if (field === "port") return form.method === "udp" ? "UDP port" : "TCP port";
  return label;
}

function usualNumber(field: NumberField, form: RunForm): string | null {
  if (field === "count") return form.kind === "mtr" ? "10" : "3";
  if (field === "port" && form.method !== "udp") return "80";
  return null;
}

function saidOptions(form: RunForm, fields: readonly NumberField[]): string {
  const said = [methodNames[form.method]];
  if (form.prober !== "" && fits(form.prober, form)) said.push(`by ${proberNames[form.prober]}`);
  if (form.kind === "trace" && form.multipath) said.push("all load-balanced paths");
  if (form.kind === "trace" && form.mtuSearch) said.push("path MTU");
  if (form.af !== "") said.push(`IPv${form.af}`);
  for (const field of fields) {
    if (form[field] !== "") said.push(`${saidLabel(numberLabel(field, form, numberFields[field].label))} ${form[field]}`);
  }
  return said.join(" · ");
}

// "UDP port" and "DSCP" stay as they are.
function saidLabel(label: string): string {
  return /^[A-Z]{2}/.test(label) ? label : label.toLowerCase();
}
