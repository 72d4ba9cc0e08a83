import { describe, expect, test } from "vitest";
import { asHue } from "./as_colour";
import { icmpMeaning, isDestinationAnswer, portWords } from "./icmp";
import { duration, median, milliseconds, plural, rtt, scaleEnd } from "./numbers";
import { outcomeSentence, type Outcome } from "./outcome";
import { fits, probersFor } from "./probers";
import { readingWords } from "./reading";
import { ago, utc } from "./times";
import { policyWords } from "./why";

describe("numbers", () => {
  test("times have three digits that matter", () => {
    expect([0.4123, 9.994, 61.24, 148.4].map(milliseconds)).toEqual(["0.41", "9.99", "61.2", "148"]);
    expect(rtt(null)).toBe("–");
  });

  test("counts agree with their nouns", () => {
    expect([plural(1, "hop"), plural(14, "hop"), plural(2, "reply", "replies")]).toEqual(["1 hop", "14 hops", "2 replies"]);
  });

  test("durations are in the unit people use", () => {
    expect([60, 900, 3600, 86_400, 604_800].map(duration)).toEqual(["60 s", "15 min", "60 min", "24 h", "7 days"]);
  });

  test.each([0.3, 1, 1.01, 9.6, 61.2, 99, 148, 2400])("a scale holds %d and is not half empty", (most) => {
    expect(scaleEnd(most)).toBeGreaterThanOrEqual(most);
    expect(scaleEnd(most)).toBeLessThanOrEqual(2 * most);
  });

  test("a scale of nothing still has an end", () => {
    expect(scaleEnd(0)).toBe(1);
    expect(scaleEnd(Number.NaN)).toBe(1);
  });

  test("the median of an even count lies between the middle two", () => {
    expect([median([]), median([3]), median([1, 2, 10]), median([1, 3])]).toEqual([null, 3, 2, 2]);
  });
});

describe("times", () => {
  const now = Date.parse("2026-11-22T10:00:00Z");

  test.each([
    ["2026-11-22T09:59:58Z", "just now"],
    ["2026-11-22T09:59:20Z", "40 s ago"],
    ["2026-11-22T09:45:00Z", "15 min ago"],
    ["2026-11-22T07:00:00Z", "3 h ago"],
    ["2026-11-20T10:00:00Z", "2 days ago"],
    ["2026-11-22T10:05:00Z", "in 5 min"],
  ])("%s is %s", (instant, words) => {
    expect(ago(instant, now)).toBe(words);
  });

  test("UTC is said in full, and what is no time is left as it is", () => {
    expect(utc("2026-11-22T10:00:00.000123Z")).toBe("2026-11-22 10:00:00 UTC");
    expect(utc("soon")).toBe("soon");
  });
});

describe("ICMP", () => {
  test.each([
    ["192.0.2.1", 3, 0, "!N"],
    ["192.0.2.1", 3, 1, "!H"],
    ["192.0.2.1", 3, 2, "!P"],
    ["192.0.2.1", 3, 3, ""],
    ["192.0.2.1", 3, 13, "!X"],
    ["192.0.2.1", 3, 99, "!99"],
    ["192.0.2.1", 11, 0, ""],
    ["2001:db8::1", 1, 0, "!N"],
    ["2001:db8::1", 1, 1, "!X"],
    ["2001:db8::1", 1, 3, "!H"],
    ["2001:db8::1", 1, 4, ""],
    ["2001:db8::1", 3, 0, ""],
    ["2001:db8::1", 2, 0, "!F"],
  ])("type from %s, %d/%d is marked %j", (from, type, code, mark) => {
    expect(icmpMeaning(from, type, code).mark).toBe(mark);
  });

  test("only the destination sends echo replies and port unreachables", () => {
    expect(isDestinationAnswer("192.0.2.7", 0, 0)).toBe(true);
    expect(isDestinationAnswer("192.0.2.7", 3, 3)).toBe(true);
    expect(isDestinationAnswer("192.0.2.7", 11, 0)).toBe(false);
    expect(isDestinationAnswer("2001:db8::7", 129, 0)).toBe(true);
    expect(isDestinationAnswer("2001:db8::7", 1, 4)).toBe(true);
    expect(isDestinationAnswer("2001:db8::7", 3, 0)).toBe(false);
  });
});

describe("outcomes", () => {
  const reached: Outcome = { kind: "trace", status: "reached", stopReason: "destination", hops: 14, rttMs: 61.2 };

  test("are sentences", () => {
    expect(outcomeSentence(reached)).toBe("Reached in 14 hops, 61.2 ms");
    expect(outcomeSentence({ ...reached, status: "unreachable", stopReason: "icmp_admin_prohibited", hops: 1 })).toBe(
      "Not reached: a router says that this is prohibited, after 1 hop",
    );
    expect(outcomeSentence({ ...reached, status: "silent", stopReason: "gap_limit" })).toBe(
      "Not reached: silence behind the last answer, after 14 hops",
    );
  });

  test("of a ping do not speak of hops", () => {
    expect(outcomeSentence({ ...reached, kind: "ping" })).toBe("Answers in 61.2 ms");
    expect(outcomeSentence({ ...reached, kind: "ping", status: "silent", stopReason: "gap_limit", rttMs: null })).toBe("No answer");
  });
});

test("a network has one hue, and neighbouring numbers have different ones", () => {
  expect(asHue(64500)).toBe(asHue(64500));
  const hues = Array.from({ length: 1000 }, (_, index) => asHue(64000 + index));
  expect(hues.every((hue) => hue >= 0 && hue < 360)).toBe(true);
  expect(new Set(hues).size).toBe(24);
  expect(hues.filter((hue, index) => hue === hues[index + 1]).length).toBe(0);
});

describe("a TCP answer", () => {
  test("says whether the port is open", () => {
    expect([0x12, 0x14, 0x04, 0x10, null].map(portWords)).toEqual(["port open", "port closed", "port closed", "", ""]);
  });

  test("is no ICMP message", () => {
    expect(icmpMeaning("192.0.2.7", null, null).mark).toBe("");
    expect(isDestinationAnswer("192.0.2.7", null, null)).toBe(false);
  });
});

describe("probers", () => {
  const trace = { kind: "trace", method: "icmp", multipath: false, mtuSearch: false } as const;

  test("are offered where they fit", () => {
    expect(probersFor(trace)).toEqual(["", "native", "scamper", "mtr", "traceroute"]);
    expect(probersFor({ ...trace, multipath: true })).toEqual(["", "native", "scamper"]);
    expect(probersFor({ ...trace, mtuSearch: true })).toEqual(["", "native"]);
    expect(probersFor({ ...trace, kind: "mtr" })).toEqual(["", "native", "mtr"]);
    expect(probersFor({ ...trace, kind: "ping" })).toEqual(["", "native", "scamper", "ping", "nping"]);
    expect(probersFor({ ...trace, kind: "ping", method: "tcp" })).toEqual(["", "native", "scamper", "nping"]);
  });

  test("of a trace do not count its searches against another kind", () => {
    expect(fits("mtr", { ...trace, kind: "mtr", multipath: true, mtuSearch: true })).toBe(true);
  });
});

test("only loss that goes on to the destination is bad", () => {
  expect(["forwarding_loss", "destination_loss"].map((reading) => readingWords(reading as "forwarding_loss").tone)).toEqual(["bad", "bad"]);
  expect(readingWords("rate_limited")).toMatchObject({ tone: "quiet", words: "limits answers" });
  expect(readingWords("ok").words).toBe("");
});

test("a rule that this page does not know is shown by its name", () => {
  expect(policyWords("special_use")).toBe("it is special-use space");
  expect(policyWords("new_rule")).toBe("new rule");
});
