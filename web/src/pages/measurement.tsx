// One measurement by its id: the permanent address of what was seen once.

import { StoredRunPanel } from "../parts/stored_run_panel";

export function MeasurementPage({ id }: { id: string }) {
  return (
    <>
      <h1 tabIndex={-1}>Measurement</h1>
      <StoredRunPanel id={id} />
    </>
  );
}
