// The node under test, asked directly: what the page shows is compared with what its API says.

import type { Measurement, System, Target, TargetList } from "../src/api/types";

export const base = nodeUrl();

function nodeUrl(): string {
  const url = process.env["CYBERWATCH_URL"];
  if (url === undefined) throw new Error("set CYBERWATCH_URL to the page of a running node: cyberwatch demo prints it");
  return new URL(url).origin;
}

export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${base}/api/v1${path}`, { headers, ...init });
  return (response.status === 204 ? null : await response.json()) as T;
}

export function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  return ask<T>(path, body === undefined ? { method } : { method, body: JSON.stringify(body) });
}

export function system(): Promise<System> {
  return ask<System>("/system");
}

export async function targets(): Promise<Target[]> {
  return (await ask<TargetList>("/targets?limit=500")).items;
}

// A target whose last trace got there through at least two networks; a node that has just started gets time for it.
export async function goodTarget(): Promise<Target> {
  for (let tries = 0; tries < 40; ++tries) {
    const good = (await targets()).find(
      (target) => target.last_measurement?.status === "reached" && target.last_measurement.as_path.length >= 2,
    );
    if (good !== undefined) return good;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the node has reached no target through two networks within 20 s");
}

export function measurement(id: string): Promise<Measurement> {
  return ask<Measurement>(`/measurements/${id}`);
}
