// The first look at a fresh node: it has no targets and sends nothing. Three ways on: a preset, an own list, or one
// address in the looking glass below.

import { useState } from "preact/hooks";
import { post } from "../api/client";
import type { PresetList, Problem, TargetImportResult } from "../api/types";
import { usePolled } from "../api/use_polled";
import { Icon } from "../parts/icon";
import { ImportList, ImportOutcome } from "../parts/import_list";
import { Loading, ProblemNotice } from "../parts/notice";
import { plural } from "../words/numbers";

interface FirstRunProps {
  onHold: (held: boolean) => void; // there is something left to read
  onDone: () => void;
}

export function FirstRun({ onHold, onDone }: FirstRunProps) {
  return (
    <section class="first-run" aria-labelledby="first-run">
      <div class="greeting">
        <h1 id="first-run" tabIndex={-1}>Welcome to your node</h1>
        <p>
          This node has no targets and <strong>sends nothing until you name some</strong>. Each target is traced every 15
          minutes, within a budget that you can change under <a href="/node">Node</a>.
        </p>
      </div>
      <div class="first-run-ways">
        <Presets onHold={onHold} onDone={onDone} />
        <div class="card">
          <h2>Your own list</h2>
          <ImportList onHold={onHold} onDone={onDone} />
        </div>
      </div>
    </section>
  );
}

function Presets({ onHold, onDone }: FirstRunProps) {
  const presets = usePolled<PresetList>("/presets", 0);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [outcome, setOutcome] = useState<TargetImportResult | null>(null);
  const items = presets.value?.items ?? [];
  const count = items.filter((preset) => chosen.has(preset.name)).reduce((sum, preset) => sum + preset.count, 0);

  const toggle = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };
  const add = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const sum: TargetImportResult = { added: 0, joined: 0, refused: [] };
    for (const name of chosen) {
      const answer = await post<TargetImportResult>("/targets/import", { preset: name });
      if (answer.problem !== undefined) {
        setProblem(answer.problem);
        break;
      }
      sum.added += answer.value.added;
      sum.joined += answer.value.joined;
      sum.refused.push(...answer.value.refused);
    }
    setBusy(false);
    setOutcome(sum);
    if (sum.refused.length > 0) onHold(true);
    else if (sum.added + sum.joined > 0) onDone();
  };

  return (
    <form class="card" onSubmit={(event) => void add(event)}>
      <h2>Well-known places</h2>
      {presets.problem !== null && <ProblemNotice problem={presets.problem} />}
      {presets.value === null && presets.problem === null && <Loading what="presets" />}
      <div class="presets">
        {items.map((preset) => (
          <label key={preset.name} class="preset">
            <input type="checkbox" checked={chosen.has(preset.name)} onChange={() => toggle(preset.name)} />
            <span class="preset-words">
              <strong>{preset.title}</strong>
              <span class="preset-count">{plural(preset.count, "target")}</span>
              <span class="preset-about">{preset.description}</span>
            </span>
          </label>
        ))}
      </div>
      <button type="submit" class="primary" disabled={busy || count === 0}>
        <Icon name="run" /> {count === 0 ? "Choose some, then start" : `Start measuring ${plural(count, "target")}`}
      </button>
      {problem !== null && <ProblemNotice problem={problem} />}
      {outcome !== null && <ImportOutcome outcome={outcome} onDone={onDone} />}
    </form>
  );
}
