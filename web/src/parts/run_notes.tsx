// What a run says beside its hops: the path's MTU and who limits it, the node's notes, what an external tool printed.

import type { RunView } from "../run/run_view";

export function RunNotes({ run }: { run: RunView }) {
  const mtu = run.pathMtu;
  const notes = run.notes.filter((note) => mtu === null || note.kind !== "mtu_limit");
  const limits = run.notes.filter((note) => note.kind === "mtu_limit");
  return (
    <>
      {mtu !== null && (
        <p class="path-mtu">
          <strong>Path MTU {mtu.mtu.toLocaleString("en-US")} bytes.</strong>{" "}
          {limits.length === 0 ? "Nobody on the way holds packets of that size back." : limits.map((note) => note.text).join(" ")}
        </p>
      )}
      {notes.length > 0 && (
        <ul class="run-notes" aria-label="What the replies say besides">
          {notes.map((note) => (
            <li key={`${note.kind} ${note.ttl}`}>{note.text}</li>
          ))}
        </ul>
      )}
      {run.rawOutput !== null && (
        <details class="raw-output">
          <summary>What {run.prober ?? "the tool"} printed</summary>
          <pre tabIndex={0}>{run.rawOutput}</pre>
        </details>
      )}
    </>
  );
}
