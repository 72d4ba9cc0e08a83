// Targets from a pasted list; the lines that the node refuses stay in sight with its reasons.

import { useState } from "preact/hooks";
import { fieldProblem, post, restOfProblem } from "../api/client";
import type { Problem, TargetImportResult } from "../api/types";
import { plural } from "../words/numbers";
import { Field } from "./field";

export interface ImportListProps {
  onHold?: (held: boolean) => void; // refused lines wait to be read
  onDone: () => void;
}

export function ImportList({ onHold, onDone }: ImportListProps) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [outcome, setOutcome] = useState<TargetImportResult | null>(null);
  const empty = text.trim() === "";
  const add = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setOutcome(null);
    const answer = await post<TargetImportResult>("/targets/import", { lines: text.split(/\r?\n/) });
    setBusy(false);
    setProblem(answer.problem ?? null);
    if (answer.value === undefined) return;
    setOutcome(answer.value);
    setText(answer.value.refused.map((line) => line.text).join("\n"));
    if (answer.value.refused.length > 0) onHold?.(true);
    else if (answer.value.added + answer.value.joined > 0) onDone();
  };
  const rest = restOfProblem(problem, ["/lines"]);
  return (
    <form class="import-list" onSubmit={(event) => void add(event)}>
      <Field
        id="lines"
        label="Addresses or host names, one a line"
        hint="Text after # is passed over. A name is resolved once, when it is added."
        wrong={fieldProblem(problem, "/lines")}
      >
        <textarea
          id="lines"
          rows={6}
          spellcheck={false}
          autocapitalize="none"
          placeholder={"192.0.2.7\nwww.example.net  # our site\n2001:db8::7"}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          aria-describedby="lines-hint lines-wrong"
        />
      </Field>
      <button type="submit" class="primary" disabled={busy || empty}>
        {busy ? "Adding …" : "Add this list"}
      </button>
      {rest !== "" && (
        <p class="wrong" role="alert">
          {rest}
        </p>
      )}
      {outcome !== null && <ImportOutcome outcome={outcome} onDone={onDone} />}
    </form>
  );
}

export function ImportOutcome({ outcome, onDone }: { outcome: TargetImportResult; onDone: () => void }) {
  const any = outcome.added + outcome.joined > 0;
  return (
    <div class="import-outcome" role="status">
      <p>
        {plural(outcome.added, "target")} added
        {outcome.joined > 0 && `, ${outcome.joined} were targets already`}
        {outcome.refused.length > 0 && `, ${plural(outcome.refused.length, "line")} refused:`}
      </p>
      {outcome.refused.length > 0 && (
        <ul class="refused">
          {outcome.refused.map((line) => (
            <li key={line.line}>
              <span class="quiet">line {line.line}</span> <span class="address">{line.text}</span>
              <span class="wrong">{line.detail}</span>
            </li>
          ))}
        </ul>
      )}
      {any && outcome.refused.length > 0 && (
        <button type="button" onClick={onDone}>
          Go on with the rest
        </button>
      )}
    </div>
  );
}
