// A labelled field with its hint and with what the node says is wrong about it, beside it and announced.

import type { ComponentChildren } from "preact";

export interface FieldProps {
  id: string;
  label: string;
  hint?: string;
  wrong?: string;
  children: ComponentChildren;
}

export function Field({ id, label, hint, wrong, children }: FieldProps) {
  return (
    <div class={wrong ? "field is-wrong" : "field"}>
      <label for={id}>{label}</label>
      {children}
      {hint !== undefined && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      <FieldProblem id={id} text={wrong ?? ""} />
    </div>
  );
}

export function FieldProblem({ id, text }: { id: string; text: string }) {
  if (text === "") return null;
  return (
    <p class="wrong" id={`${id}-wrong`} role="alert">
      {text}
    </p>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: string;
}

export function choicesOf<T extends string>(names: Record<T, string>): Choice<T>[] {
  return (Object.keys(names) as T[]).map((value) => ({ value, label: names[value] }));
}

// Yes or no, with a sentence on what it does.
export function Tick(props: { name: string; label: string; hint?: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label class="tick">
      <input
        type="checkbox"
        name={props.name}
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>
        {props.label}
        {props.hint !== undefined && <small class="hint">{props.hint}</small>}
      </span>
    </label>
  );
}

// One of several, as a list that opens.
export function Select<T extends string>(props: {
  id: string;
  choices: readonly Choice<T>[];
  value: T;
  onChoose: (value: T) => void;
}) {
  return (
    <select
      id={props.id}
      name={props.id}
      value={props.value}
      onChange={(event) => {
        const chosen = props.choices.find((choice) => choice.value === event.currentTarget.value);
        if (chosen !== undefined) props.onChoose(chosen.value);
      }}
      aria-describedby={`${props.id}-wrong`}
    >
      {props.choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

// One of a few, as a row of radio buttons.
export function Choices<T extends string>(props: {
  name: string;
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset class="choices">
      <legend>{props.label}</legend>
      {props.choices.map((choice) => (
        <label key={choice.value}>
          <input
            type="radio"
            name={props.name}
            value={choice.value}
            checked={choice.value === props.value}
            onChange={() => props.onChoose(choice.value)}
          />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
