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
