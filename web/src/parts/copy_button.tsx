// Copies a text and says so. Where the page is not on HTTPS or loopback the browser has no clipboard for it: then
// the old way, through a selection.

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";

async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return throughSelection(text);
  }
}

function throughSelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

export function CopyButton(props: { label: string; icon?: IconName; text: () => string | Promise<string> }) {
  const [said, setSaid] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    setSaid((await toClipboard(await props.text())) ? "Copied" : "Could not copy");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setSaid(""), 2000);
  };
  return (
    <button type="button" class="small" onClick={() => void copy()}>
      <Icon name={said === "Copied" ? "check" : (props.icon ?? "copy")} />
      <span aria-live="polite">{said === "" ? props.label : said}</span>
    </button>
  );
}
