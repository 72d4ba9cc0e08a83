import { describe, expect, test } from "vitest";
import type { PathGraph } from "../api/types";
import { confidenceSentence, drawGraph, linkPath, sharesFlow } from "./path_graph";
import { enriched, play, started } from "./test_runs";
import { unknownAddresses } from "./unknown_addresses";

// One hop, then two pairs of branches that would cross as listed, a silent one beside them, one end.
const graph: PathGraph = {
  confidence_percent: 95,
  complete: true,
  rule: "mda",
  interfaces: [
    { ttl: 1, address: "198.51.100.1", flows: [0, 1, 2, 3, 4, 5, 6, 7] },
    { ttl: 2, address: "198.51.100.21", flows: [0, 1, 2, 3, 4, 5] },
    { ttl: 2, address: "198.51.100.22", flows: [6, 7] },
    { ttl: 3, address: "198.51.100.31", flows: [6, 7] },
    { ttl: 3, address: null, flows: [0] },
    { ttl: 3, address: "198.51.100.32", flows: [1, 2, 3, 4, 5] },
    { ttl: 4, address: "192.0.2.7", flows: [0, 1, 2, 3, 4, 5, 6, 7] },
  ],
  links: [
    { from: 0, to: 1, flows: [0, 1, 2, 3, 4, 5] },
    { from: 0, to: 2, flows: [6, 7] },
    { from: 1, to: 4, flows: [0] },
    { from: 1, to: 5, flows: [1, 2, 3, 4, 5] },
    { from: 2, to: 3, flows: [6, 7] },
    { from: 4, to: 6, flows: [0] },
    { from: 5, to: 6, flows: [1, 2, 3, 4, 5] },
    { from: 3, to: 6, flows: [6, 7] },
  ],
};

describe("the drawing of load-balanced paths", () => {
  const drawing = drawGraph(graph, 140);

  test("has a row for each TTL, from the top down", () => {
    expect(drawing.rows.map((row) => [row.ttl, row.nodes.length])).toEqual([[1, 1], [2, 2], [3, 3], [4, 1]]);
    const heights = drawing.rows.map((row) => row.y);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(drawing.widest).toBe(3);
  });

  test("keeps neighbours of a row apart and inside", () => {
    for (const { nodes } of drawing.rows) {
      nodes.forEach((node, at) => {
        const before = nodes[at - 1];
        if (before !== undefined) expect(node.x - node.width / 2).toBeGreaterThan(before.x + before.width / 2);
        expect(node.x - node.width / 2).toBeGreaterThanOrEqual(0);
        expect(node.x + node.width / 2).toBeLessThanOrEqual(drawing.width);
      });
    }
  });

  test("lets no two links cross where an order without crossings exists", () => {
    const crossings = drawing.links.flatMap((one) =>
      drawing.links.filter(
        (other) => one.from.ttl === other.from.ttl && one.from.x < other.from.x && one.to.x > other.to.x,
      ),
    );
    expect(crossings).toEqual([]);
  });

  test("draws a link as wide as its share of the flows", () => {
    const thickness = drawing.links.map((link) => link.thickness);
    expect(thickness[0]).toBe(Math.max(...thickness));
    expect(thickness[2]).toBe(Math.min(...thickness));
  });

  test("joins the lower edge of an interface to the upper edge of the next", () => {
    const link = drawing.links[0];
    if (link === undefined) throw new Error("no link");
    const { from, to } = link;
    expect(linkPath(link)).toMatch(new RegExp(`^M${from.x} ${from.y + 21}C.* ${to.x} ${to.y - 21}$`));
  });

  test("tells which parts the flows of an interface cross", () => {
    const flows = new Set(drawing.nodes[2]?.flows);
    expect(drawing.nodes.filter((node) => sharesFlow(node, flows)).map((node) => node.index)).toEqual([0, 2, 3, 6]);
  });

  test("of nothing is empty", () => {
    const empty = drawGraph({ ...graph, interfaces: [], links: [] }, 140);
    expect(empty).toMatchObject({ rows: [], links: [], widest: 0 });
  });

  test("leaves out a link whose ends are not there", () => {
    expect(drawGraph({ ...graph, links: [{ from: 0, to: 99, flows: [1] }] }, 140).links).toEqual([]);
  });
});

test("only addresses whose network is not known are looked up, each once", () => {
  const twice = { ...graph, interfaces: [...graph.interfaces, { ttl: 5, address: "198.51.100.22", flows: [] }] };
  const run = play([
    started(),
    ...["198.51.100.1", "198.51.100.21", "192.0.2.7"].map((address) => enriched(address, 64496)),
  ]);
  const inferred = { from: "198.51.100.40", verifiedAt: "2026-11-22T09:50:00Z" };
  const joined = { ttl: 4, answers: [], givenUp: [], sent: 0, inferred, reading: null };
  expect(unknownAddresses({ ...run, graph: twice, hops: [joined] })).toEqual([
    "198.51.100.22",
    "198.51.100.31",
    "198.51.100.32",
    "198.51.100.40",
  ]);
});

test("the sentence says how sure the paths are, and when branches may be missing", () => {
  expect(confidenceSentence(graph)).toBe("With 95 % confidence no branch of a hop was missed.");
  expect(confidenceSentence({ ...graph, complete: false })).toMatch(/^Branches may have been missed/);
});
