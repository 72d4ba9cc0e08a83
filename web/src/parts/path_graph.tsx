// All load-balanced paths of a trace, drawn by TTL from the top down: links as wide as the flows that crossed them.
// Pointing at an interface or stepping to it shows the ways of its flows; the same stands below as a table.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PathGraph } from "../api/types";
import { confidenceSentence, drawGraph, linkPath, sharesFlow, type GraphDrawing, type GraphNode } from "../run/path_graph";
import type { RunView } from "../run/run_view";
import { plural } from "../words/numbers";
import { AsBadge, hueStyle } from "./as_badge";

const characterWidth = 7.4;
const leastBox = 136;

export function PathGraphView({ run, graph }: { run: RunView; graph: PathGraph }) {
  const longest = Math.max(0, ...graph.interfaces.map(({ address }) => address?.length ?? 0));
  const boxWidth = Math.max(leastBox, Math.ceil(longest * characterWidth) + 26);
  const drawing = useMemo(() => drawGraph(graph, boxWidth), [graph, boxWidth]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current !== null) box.current.scrollLeft = (box.current.scrollWidth - box.current.clientWidth) / 2;
  }, [drawing]);
  const answering = graph.interfaces.filter(({ address }) => address !== null).length;
  return (
    <section class="path-graph" aria-labelledby="path-graph">
      <h3 id="path-graph">Load-balanced paths</h3>
      <p>
        {plural(answering, "interface")} and {plural(graph.links.length, "link")}, {sideBySide(drawing.widest)}.{" "}
        <span class={graph.complete ? "" : "tone-unsure"}>{confidenceSentence(graph)}</span>
      </p>
      <div class="graph-box" ref={box} tabIndex={0} role="group" aria-label="Drawing of the paths">
        <Drawing run={run} drawing={drawing} boxWidth={boxWidth} />
      </div>
      <details>
        <summary>The same as a table</summary>
        <GraphTable run={run} drawing={drawing} />
      </details>
    </section>
  );
}

function sideBySide(widest: number): string {
  return widest < 2 ? "nowhere two side by side" : `up to ${widest} side by side`;
}

function Drawing({ run, drawing, boxWidth }: { run: RunView; drawing: GraphDrawing; boxWidth: number }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const flows = chosen === null ? null : new Set(drawing.nodes[chosen]?.flows ?? []);
  const lit = new Set(flows === null ? [] : drawing.links.filter((link) => sharesFlow(link, flows)));
  const reached = new Set([chosen, ...[...lit].flatMap((link) => [link.from.index, link.to.index])]);
  const shade = (isLit: boolean) => (flows === null ? "" : isLit ? "is-lit" : "is-dim");
  return (
    <svg
      class="graph"
      width={drawing.width}
      height={drawing.height}
      viewBox={`0 0 ${drawing.width} ${drawing.height}`}
      onMouseLeave={() => setChosen(null)}
    >
      <g aria-hidden="true">
        {drawing.rows.map(({ ttl, y }) => (
          <text key={ttl} class="graph-ttl" x="22" y={y + 4}>
            {ttl}
          </text>
        ))}
        {drawing.links.map((link) => (
          <path
            key={`${link.from.index} ${link.to.index}`}
            class={`graph-link ${shade(lit.has(link))}`}
            d={linkPath(link)}
            stroke-width={link.thickness}
          />
        ))}
      </g>
      {drawing.rows.flatMap(({ nodes }) =>
        nodes.map((node) => (
          <g
            key={node.index}
            class={nodeClass(run, node, shade(reached.has(node.index)))}
            style={nodeStyle(run, node)}
            tabIndex={0}
            role="img"
            aria-label={saidNode(run, drawing, node)}
            onMouseEnter={() => setChosen(node.index)}
            onFocus={() => setChosen(node.index)}
            onBlur={() => setChosen(null)}
          >
            <title>{saidNode(run, drawing, node)}</title>
            {node.address === null ? <SilentDot node={node} /> : <Box run={run} node={node} address={node.address} width={boxWidth} />}
          </g>
        )),
      )}
    </svg>
  );
}

function SilentDot({ node }: { node: GraphNode }) {
  return <circle cx={node.x} cy={node.y} r={node.height / 2 - 1} />;
}

function Box({ run, node, address, width }: { run: RunView; node: GraphNode; address: string; width: number }) {
  return (
    <>
      <rect x={node.x - node.width / 2} y={node.y - node.height / 2} width={node.width} height={node.height} rx="7" />
      <text class="graph-address" x={node.x} y={node.y - 4}>
        {address}
      </text>
      <text class="graph-network" x={node.x} y={node.y + 12}>
        {cut(networkOf(run, address), Math.floor((width - 16) / 6.4))}
      </text>
    </>
  );
}

function networkOf(run: RunView, address: string): string {
  const facts = run.facts.get(address);
  if (facts === undefined) return "";
  if (facts.asn) return facts.network === null ? `AS${facts.asn}` : `AS${facts.asn} ${facts.network}`;
  return facts.ixp ?? facts.special ?? "no known origin";
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}

function nodeClass(run: RunView, node: GraphNode, shade: string): string {
  const owned = node.address !== null && run.facts.get(node.address)?.asn ? "owned" : "no-owner";
  const kind = node.address === null ? "is-silent" : node.address === run.address ? "is-destination" : "";
  return ["graph-node", owned, kind, shade].join(" ");
}

function nodeStyle(run: RunView, node: GraphNode): Record<string, string> {
  const asn = node.address === null ? null : run.facts.get(node.address)?.asn;
  return asn ? hueStyle(asn) : {};
}

function saidNode(run: RunView, drawing: GraphDrawing, node: GraphNode): string {
  const network = node.address === null ? "" : networkOf(run, node.address);
  const who = [node.address ?? "no answer", network].filter((part) => part !== "").join(", ");
  const next = nextOf(drawing, node).map(({ node: to }) => to.address ?? "no answer");
  const onward = next.length === 0 ? "" : `; goes on to ${next.join(", ")}`;
  return `Hop ${node.ttl}: ${who}; ${plural(node.flows.length, "flow")}${onward}`;
}

function nextOf(drawing: GraphDrawing, node: GraphNode): { node: GraphNode; flows: number }[] {
  return drawing.links.filter((link) => link.from === node).map((link) => ({ node: link.to, flows: link.flows.length }));
}

function GraphTable({ run, drawing }: { run: RunView; drawing: GraphDrawing }) {
  return (
    <div class="graph-table">
      <table role="table">
        <caption class="off-screen">Interfaces of the load-balanced paths to {run.target}</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col" class="right">Hop</th>
            <th role="columnheader" scope="col">Address</th>
            <th role="columnheader" scope="col">Network</th>
            <th role="columnheader" scope="col" class="right">Flows</th>
            <th role="columnheader" scope="col">Goes on to</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {drawing.rows.flatMap(({ nodes }) => nodes.map((node) => <GraphTableRow key={node.index} run={run} drawing={drawing} node={node} />))}
        </tbody>
      </table>
    </div>
  );
}

function GraphTableRow({ run, drawing, node }: { run: RunView; drawing: GraphDrawing; node: GraphNode }) {
  const facts = node.address === null ? undefined : run.facts.get(node.address);
  return (
    <tr role="row">
      <td role="cell" class="right number">{node.ttl}</td>
      <td role="cell">{node.address === null ? <span class="quiet">no answer</span> : <span class="address">{node.address}</span>}</td>
      <td role="cell">
        {facts?.asn ? (
          <>
            <AsBadge asn={facts.asn} name={facts.network} /> {facts.network}
          </>
        ) : (
          <span class="quiet">{node.address === null ? "–" : networkOf(run, node.address)}</span>
        )}
      </td>
      <td role="cell" class="right number">{node.flows.length}</td>
      <td role="cell">
        {nextOf(drawing, node).map((next, index) => (
          <span key={next.node.index} class="graph-next">
            {index > 0 && ", "}
            <span class="address">{next.node.address ?? "no answer"}</span> ({next.flows})
          </span>
        ))}
      </td>
    </tr>
  );
}
