// A network: its number in its own colour, its name beside it. The number is always there as text.

import type { ComponentChildren } from "preact";
import { asHue } from "../words/as_colour";

export function hueStyle(asn: number): Record<string, string> {
  return { "--hue": String(asHue(asn)) };
}

export function AsBadge({ asn, name }: { asn: number; name?: string | null }) {
  return (
    <span class="as" style={hueStyle(asn)} title={name ? `AS${asn} ${name}` : `AS${asn}`}>
      AS{asn}
    </span>
  );
}

// Whose address it is where no network is known: said in words, drawn without a colour.
export function NoNetwork({ children }: { children: ComponentChildren }) {
  return <span class="as as-none">{children}</span>;
}
