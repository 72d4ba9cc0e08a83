// Where the interfaces and links of a multipath trace are drawn: a row for each TTL from the top down, within it an
// order in which few links cross. Sizes are in the units of the drawing; nothing here knows of the page.

import type { PathGraph } from "../api/types";

export interface GraphNode {
  index: number; // place in the graph's interfaces
  ttl: number;
  address: string | null; // null: flows that were not answered
  flows: readonly number[];
  x: number; // its middle
  y: number;
  width: number;
  height: number;
}

export interface GraphLink {
  from: GraphNode;
  to: GraphNode;
  flows: readonly number[];
  thickness: number;
}

export interface GraphRow {
  ttl: number;
  y: number;
  nodes: readonly GraphNode[];
}

export interface GraphDrawing {
  rows: readonly GraphRow[];
  nodes: readonly GraphNode[]; // in the order of the graph's interfaces
  links: readonly GraphLink[];
  width: number;
  height: number;
  widest: number; // interfaces side by side
}

const boxHeight = 42;
const dot = 14;
const between = 22; // two neighbours of a row
const rowPitch = 80;
const margin = 36;
const ttlColumn = 34;
const sweeps = 6;
const thinnest = 1.5;
const thickest = 9;

export function drawGraph(graph: PathGraph, boxWidth: number): GraphDrawing {
  const order = orderedRows(graph);
  const widths = order.map(({ indexes }) => rowWidth(indexes.map((index) => widthOf(graph, index, boxWidth))));
  const inner = Math.max(boxWidth, ...widths);
  const nodes: GraphNode[] = [];
  const rows = order.map(({ ttl, indexes }, row) => {
    const y = margin + row * rowPitch;
    let x = ttlColumn + (inner - (widths[row] ?? 0)) / 2;
    const placed = indexes.map((index) => {
      const { address = null, flows = [] } = graph.interfaces[index] ?? {};
      const width = widthOf(graph, index, boxWidth);
      const node = { index, ttl, address, flows, x: x + width / 2, y, width, height: address === null ? dot : boxHeight };
      x += width + between;
      nodes[index] = node;
      return node;
    });
    return { ttl, y, nodes: placed };
  });
  return {
    rows,
    nodes,
    links: linksOf(graph, nodes),
    width: ttlColumn + inner + margin,
    height: 2 * margin + Math.max(0, rows.length - 1) * rowPitch,
    widest: Math.max(0, ...rows.map((row) => row.nodes.length)),
  };
}

function widthOf(graph: PathGraph, index: number, boxWidth: number): number {
  return graph.interfaces[index]?.address === null ? Math.min(boxWidth, 76) : boxWidth;
}

function rowWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + between * Math.max(0, widths.length - 1);
}

// Rows by TTL; each is sorted by the middle of its neighbours above, then below, and again (barycentres after Sugiyama).
function orderedRows(graph: PathGraph): { ttl: number; indexes: number[] }[] {
  const byTtl = new Map<number, number[]>();
  graph.interfaces.forEach(({ ttl }, index) => byTtl.set(ttl, [...(byTtl.get(ttl) ?? []), index]));
  const rows = [...byTtl].sort(([a], [b]) => a - b).map(([ttl, indexes]) => ({ ttl, indexes }));
  for (let sweep = 0; sweep < sweeps; ++sweep) {
    const down = sweep % 2 === 0;
    const place = placesOf(rows);
    for (const row of down ? rows : [...rows].reverse()) {
      const wish = new Map(row.indexes.map((index) => [index, wishOf(graph, index, place, down)]));
      row.indexes.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
      row.indexes.forEach((index, at) => place.set(index, share(at, row.indexes.length)));
    }
  }
  return rows;
}

function placesOf(rows: readonly { indexes: readonly number[] }[]): Map<number, number> {
  return new Map(rows.flatMap(({ indexes }) => indexes.map((index, at): [number, number] => [index, share(at, indexes.length)])));
}

// Where in its row, from 0 to 1: rows of different lengths are centred over each other.
function share(at: number, length: number): number {
  return (at + 0.5) / length;
}

function wishOf(graph: PathGraph, index: number, place: ReadonlyMap<number, number>, down: boolean): number {
  const own = place.get(index) ?? 0;
  const neighbours = graph.links.filter((link) => (down ? link.to : link.from) === index).map((link) => (down ? link.from : link.to));
  if (neighbours.length === 0) return own;
  return neighbours.reduce((sum, neighbour) => sum + (place.get(neighbour) ?? 0), 0) / neighbours.length;
}

function linksOf(graph: PathGraph, nodes: readonly GraphNode[]): GraphLink[] {
  const most = Math.max(1, ...graph.links.map((link) => link.flows.length));
  return graph.links.flatMap((link) => {
    const from = nodes[link.from];
    const to = nodes[link.to];
    if (from === undefined || to === undefined) return [];
    const thickness = thinnest + (thickest - thinnest) * (link.flows.length / most);
    return [{ from, to, flows: link.flows, thickness }];
  });
}

// From the lower edge of one interface to the upper edge of the next.
export function linkPath({ from, to }: GraphLink): string {
  const top = from.y + from.height / 2;
  const bottom = to.y - to.height / 2;
  const middle = (top + bottom) / 2;
  return `M${from.x} ${top}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${bottom}`;
}

export function sharesFlow(one: { flows: readonly number[] }, flows: ReadonlySet<number>): boolean {
  return one.flows.some((flow) => flows.has(flow));
}

// "With 95 % confidence no branch of a hop was missed."
export function confidenceSentence(graph: PathGraph): string {
  return graph.complete
    ? `With ${graph.confidence_percent} % confidence no branch of a hop was missed.`
    : `Branches may have been missed: the probes that a trace may send ran out before ${graph.confidence_percent} % confidence was reached at every hop.`;
}
