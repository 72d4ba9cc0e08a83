// A stored measurement, shown as a live run is.

import type { HopList, Measurement } from "../api/types";
import { usePolled } from "../api/use_polled";
import { Loading, ProblemNotice } from "./notice";
import { RunPanel } from "./run_panel";
import { storedRun } from "../run/stored_run";

export function StoredRunPanel({ id }: { id: string }) {
  const path = `/measurements/${encodeURIComponent(id)}`;
  const measurement = usePolled<Measurement>(path, 0);
  const hops = usePolled<HopList>(`${path}/hops`, 0);
  if (measurement.problem !== null) return <ProblemNotice problem={measurement.problem} />;
  if (measurement.value === null || (hops.value === null && hops.problem === null)) return <Loading what="the measurement" />;
  return (
    <>
      {hops.problem !== null && <ProblemNotice problem={hops.problem} />}
      <RunPanel run={storedRun(measurement.value, hops.value?.items ?? [])} />
    </>
  );
}
