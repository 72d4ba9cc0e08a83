// A moment: relative, with the viewer's and UTC on hover; it keeps itself up to date.

import { useEffect, useState } from "preact/hooks";
import { ago, clockTime, utc } from "../words/times";

export function useNow(seconds: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return now;
}

export function TimeAgo({ at }: { at: string }) {
  const now = useNow(5);
  return (
    <time dateTime={at} title={`${clockTime(at)} here · ${utc(at)}`}>
      {ago(at, now)}
    </time>
  );
}

export function ClockTime({ at }: { at: string }) {
  return (
    <time dateTime={at} title={utc(at)}>
      {clockTime(at)}
    </time>
  );
}
