// The words of the API as the page uses them; the shapes themselves come from openapi.yaml.

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Kind = Schemas["Kind"];
export type Method = Schemas["Method"];
export type Status = Schemas["Status"];
export type StopReason = Schemas["StopReason"];
export type OwnershipRule = Schemas["OwnershipRule"];
export type MplsLabel = Schemas["MplsLabel"];
export type AsPathElement = Schemas["AsPathElement"];
export type System = Schemas["System"];
export type Target = Schemas["Target"];
export type TargetList = Schemas["TargetList"];
export type NewTarget = Schemas["NewTarget"];
export type TargetImportResult = Schemas["TargetImportResult"];
export type LastMeasurement = Schemas["LastMeasurement"];
export type Preset = Schemas["Preset"];
export type PresetList = Schemas["PresetList"];
export type MeasurementSummary = Schemas["MeasurementSummary"];
export type MeasurementList = Schemas["MeasurementList"];
export type Reply = Schemas["Reply"];
export type Measurement = Schemas["Measurement"];
export type HopReading = Schemas["HopReading"];
export type PathNote = Schemas["PathNote"];
export type PathMtu = Schemas["PathMtu"];
export type PathGraph = Schemas["PathGraph"];
export type ProberName = Schemas["ProberName"];
export type Why = Schemas["Why"];
export type ExplainedMeasurement = Schemas["ExplainedMeasurement"];
export type Refusal = Schemas["Refusal"];
export type RefusalList = Schemas["RefusalList"];
export type Lookup = Schemas["AddressFacts"];
export type HopRow = Schemas["Hop"];
export type HopList = Schemas["HopList"];
export type NewRun = Schemas["NewRun"];
export type RunAccepted = Schemas["RunAccepted"];
export type RunStartedEvent = Schemas["RunStartedEvent"];
export type HopReplyEvent = Schemas["HopReplyEvent"];
export type HopTimeoutEvent = Schemas["HopTimeoutEvent"];
export type HopEnrichedEvent = Schemas["HopEnrichedEvent"];
export type RoundCompletedEvent = Schemas["RoundCompletedEvent"];
export type RunCompletedEvent = Schemas["RunCompletedEvent"];
export type RunFailedEvent = Schemas["RunFailedEvent"];
export type Setting = Schemas["Setting"];
export type WorkerSettings = Schemas["WorkerSettings"];
export type Queue = Schemas["Queue"];

// A problem of the node, or one that the page met on the way to it (no request_id then).
export type Problem = Omit<Schemas["Problem"], "request_id"> & { request_id?: string };
