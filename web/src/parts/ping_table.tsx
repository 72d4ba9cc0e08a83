// The probes of a ping, each with its answer or the lack of one.

import type { RunView } from "../run/run_view";
import { pingProbes } from "../run/ping_probes";
import { rtt, scaleEnd } from "../words/numbers";
import { icmpMeaning, portWords } from "../words/icmp";
import { PortMark } from "./port_mark";
import { SmokeScale, SmokeStrip } from "./smoke_strip";

export function PingTable({ run }: { run: RunView }) {
  const probes = pingProbes(run);
  const end = scaleEnd(Math.max(0, ...probes.flatMap((probe) => probe.answers.map((answer) => answer.rttMs))));
  return (
    <table class="hops hops-ping" role="table">
      <caption class="off-screen">Probes to {run.target}</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col" class="c-ttl">Probe</th>
          <th role="columnheader" scope="col" class="c-host">Answer from</th>
          <th role="columnheader" scope="col" class="c-strip">
            <span class="off-screen">Round-trip time on a scale</span>
            <SmokeScale end={end} />
          </th>
          <th role="columnheader" scope="col" class="c-rtt">RTT</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {probes.map((probe) => {
          const answer = probe.answers[0];
          const meaning = answer === undefined ? null : icmpMeaning(answer.from, answer.icmpType, answer.icmpCode);
          return (
            <tr role="row" class={answer === undefined ? "hop is-silent" : "hop is-answered"} key={probe.probe}>
              <td role="cell" class="c-ttl">{probe.probe}</td>
              <td role="cell" class="c-host">
                {answer === undefined ? <span class="quiet">no answer</span> : <span class="address">{answer.from}</span>}
                {meaning !== null && meaning.mark !== "" && (
                  <span class="mark mark-bad">
                    <b>{meaning.mark}</b> {meaning.words}
                  </span>
                )}
                {answer !== undefined && <PortMark words={portWords(answer.tcpFlags)} />}
                {answer?.late && <span class="mark">late answer</span>}
                {probe.answers.length > 1 && <span class="mark">{probe.answers.length - 1} duplicate</span>}
              </td>
              <td role="cell" class="c-strip">{answer !== undefined && <SmokeStrip rtts={[answer.rttMs]} end={end} />}</td>
              <td role="cell" class="c-rtt">
                <span class="number">{rtt(answer?.rttMs)}</span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
