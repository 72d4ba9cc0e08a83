// What a TCP answer says of the port.

import type { portWords } from "../words/icmp";

export function PortMark({ words }: { words: ReturnType<typeof portWords> }) {
  if (words === "") return null;
  return <span class={words === "port open" ? "mark mark-good" : "mark"}>{words}</span>;
}
