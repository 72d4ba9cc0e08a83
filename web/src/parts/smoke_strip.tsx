// The RTTs of one row on the scale that all rows share: the band from best to worst, each answer a tick, the last
// one strong. The numbers stand beside it as text, so it is hidden from screen readers.

import { milliseconds } from "../words/numbers";

const mostTicks = 60;

export function SmokeStrip({ rtts, end }: { rtts: readonly number[]; end: number }) {
  const last = rtts.at(-1);
  const at = (value: number) => `${Math.min(100, (value / end) * 100).toFixed(2)}%`;
  return (
    <svg class="smoke" width="100%" height="18" aria-hidden="true" focusable="false">
      <line class="smoke-ground" x1="0" x2="100%" y1="50%" y2="50%" />
      {last !== undefined && <SmokeMarks rtts={rtts} last={last} at={at} />}
    </svg>
  );
}

function SmokeMarks({ rtts, last, at }: { rtts: readonly number[]; last: number; at: (value: number) => string }) {
  const best = Math.min(...rtts);
  const worst = Math.max(...rtts);
  const ticks = rtts.slice(-mostTicks, -1);
  return (
    <>
      <line class="smoke-reach" x1="0" x2={at(best)} y1="50%" y2="50%" />
      {rtts.length > 1 && <line class="smoke-band" x1={at(best)} x2={at(worst)} y1="50%" y2="50%" />}
      {ticks.map((value, index) => (
        <line key={index} class="smoke-tick" x1={at(value)} x2={at(value)} y1="3" y2="15" />
      ))}
      <circle class="smoke-last" cx={at(last)} cy="50%" r="4" />
    </>
  );
}

export function SmokeScale({ end }: { end: number }) {
  return (
    <span class="smoke-scale" aria-hidden="true">
      <span>0</span>
      <span>{milliseconds(end / 2).replace(/\.0+$/, "")}</span>
      <span>{milliseconds(end).replace(/\.0+$/, "")} ms</span>
    </span>
  );
}
