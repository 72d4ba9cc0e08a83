// The form of the looking glass: target, kind, Run; everything else folded away.

import { useEffect, useState } from "preact/hooks";
import { fieldProblem, restOfProblem } from "../api/client";
import type { Kind, Method, Problem } from "../api/types";
import { Choices, Field, FieldProblem, type Choice } from "../parts/field";
import { Icon } from "../parts/icon";
import { fieldsFor, numberFields, type NumberField, type RunForm } from "../run/run_request";

const kinds: readonly Choice<Kind>[] = [
  { value: "trace", label: "Trace" },
  { value: "ping", label: "Ping" },
  { value: "mtr", label: "MTR" },
];

const methods: readonly Choice<Method>[] = [
  { value: "icmp", label: "ICMP" },
  { value: "udp", label: "UDP" },
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
  const pointers = ["/target", ...fields.map((field) => `/${numberFields[field].name}`)];
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
        <Choices name="kind" label="Kind" choices={kinds} value={form.kind} onChoose={(kind) => onChange({ ...form, kind })} />
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
  const toBlame = fields.some((field) => fieldProblem(refused, `/${numberFields[field].name}`) !== "");
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
        <Choices name="method" label="Probes" choices={methods} value={form.method} onChoose={(method) => onChange({ ...form, method })} />
        <Choices name="af" label="IP version of a name" choices={families} value={form.af} onChoose={(af) => onChange({ ...form, af })} />
        {fields.map((field) => {
          const { name, label, least, most, usual } = numberFields[field];
          return (
            <Field key={field} id={name} label={numberLabel(field, form.kind, label)} wrong={fieldProblem(refused, `/${name}`)}>
              <input
                id={name}
                name={name}
                type="number"
                inputMode="numeric"
                min={least}
                max={most}
                placeholder={field === "count" ? (form.kind === "mtr" ? "10" : "3") : usual}
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

function numberLabel(field: NumberField, kind: Kind, label: string): string {
  if (field === "count") return kind === "mtr" ? "Rounds" : "Probes";
  return label;
}

function saidOptions(form: RunForm, fields: readonly NumberField[]): string {
  const said = [form.method.toUpperCase()];
  if (form.af !== "") said.push(`IPv${form.af}`);
  for (const field of fields) {
    if (form[field] !== "") said.push(`${numberLabel(field, form.kind, numberFields[field].label).toLowerCase()} ${form[field]}`);
  }
  return said.join(" · ");
}
