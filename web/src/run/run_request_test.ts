import { expect, test } from "vitest";
import { formFromQuery, queryFromForm, requestFromForm } from "./run_request";

function query(text: string): URLSearchParams {
  return new URLSearchParams(text);
}

test("an address without anything asks for a plain trace", () => {
  const form = formFromQuery(query(""));
  expect(requestFromForm({ ...form, target: " www.example.net " })).toEqual({
    target: "www.example.net",
    kind: "trace",
    method: "icmp",
  });
});

test("a copied address fills the same form", () => {
  const form = formFromQuery(query("target=192.0.2.7&kind=mtr&method=udp&af=6&count=20&port=33500&interval_ms=500"));
  const said = Object.entries(queryFromForm(form)).filter((entry): entry is [string, string] => entry[1] !== null);
  expect(formFromQuery(new URLSearchParams(said))).toEqual(form);
  expect(requestFromForm(form)).toEqual({
    target: "192.0.2.7",
    kind: "mtr",
    method: "udp",
    af: 6,
    count: 20,
    port: 33500,
    interval_ms: 500,
  });
});

test("options that do not apply to the kind are not sent", () => {
  const form = formFromQuery(query("target=192.0.2.7&kind=ping&attempts=4&port=53&count=5"));
  expect(requestFromForm(form)).toEqual({ target: "192.0.2.7", kind: "ping", method: "icmp", count: 5 });
});

test("words that the form does not know are passed over", () => {
  expect(formFromQuery(query("kind=flood&method=smoke&af=5"))).toMatchObject({ kind: "trace", method: "icmp", af: "" });
});

test("a copied address keeps the prober and the searches of a trace", () => {
  const text = "target=192.0.2.7&kind=trace&method=tcp-ack&port=443&prober=native&multipath=true&confidence_percent=99";
  const form = formFromQuery(query(text));
  const said = Object.entries(queryFromForm(form)).filter((entry): entry is [string, string] => entry[1] !== null);
  expect(formFromQuery(new URLSearchParams(said))).toEqual(form);
  expect(requestFromForm(form)).toEqual({
    target: "192.0.2.7",
    kind: "trace",
    method: "tcp-ack",
    port: 443,
    prober: "native",
    multipath: true,
    confidence_percent: 99,
  });
});

test("a prober or a search that does not fit the kind is not sent", () => {
  const form = formFromQuery(query("target=192.0.2.7&kind=mtr&prober=scamper&multipath=true&mtu_search=true"));
  expect(requestFromForm(form)).toEqual({ target: "192.0.2.7", kind: "mtr", method: "icmp" });
  expect(requestFromForm({ ...form, kind: "trace", multipath: false })).toMatchObject({ mtu_search: true });
  expect(requestFromForm({ ...form, kind: "trace", multipath: false })).not.toHaveProperty("prober");
  expect(formFromQuery(query("prober=constructor")).prober).toBe("");
});
